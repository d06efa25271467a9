"""`catalog-graph alias set`, `unset`, `list`, `history`: aliases of the artifacts of a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import (
    CatalogOptions,
    Commands,
    Reference,
    UsageError,
    complete_alias,
    complete_reference,
    note,
    note_cut,
    on_catalog,
)
from catalog_graph.cli.output import Format, ListFormat, shown, write, write_csv, write_json, write_table

if TYPE_CHECKING:
    from catalog_graph.aliases import Alias, AliasMove

app = typer.Typer(no_args_is_help=True, help="Set, unset and list aliases, such as champion.")
COMMANDS: Commands = {"alias": app}

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the artifacts.", autocompletion=complete_reference)
]
AliasName = Annotated[
    str, typer.Argument(metavar="ALIAS", help="The alias, such as champion.", autocompletion=complete_alias)
]
By = Annotated[
    str, typer.Option("--by", metavar="WHO", help="Who moves the alias, for its history.", show_default=False)
]
Expected = Annotated[
    str | None,
    typer.Option(
        "--expected", metavar="ID", help="Move it only if it points to this artifact now.", show_default=False
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Maximum entries to show.")]
DEFAULT_LIMIT, DEFAULT_MOVES = 1000, 100
ALIAS_COLUMNS = ("name", "alias", "artifact_id", "by", "at")
MOVE_COLUMNS = ("name", "alias", "before", "after", "by", "at")


@app.command("set")
@on_catalog
def set_alias(
    options: CatalogOptions,
    name: Name,
    alias: AliasName,
    artifact_id: Reference,
    expected: Expected = None,
    if_free: Annotated[bool, typer.Option("--if-free", help="Move it only if it points to no artifact now.")] = False,
    by: By = "",
) -> None:
    """Point an alias to an artifact, which must be registered under NAME."""
    from catalog_graph.aliases import ANYTHING

    if expected is not None and if_free:
        raise UsageError("--expected and --if-free exclude each other: give one or the other")
    with options.catalog() as catalog:
        holder = expected if expected is not None else None if if_free else ANYTHING
        move = catalog.set_alias(name, alias, artifact_id, expected=holder, by=by)
    before = f" (before: {shown(move.before)})" if move.before not in (None, move.after) else ""
    note(f"{shown(name)}@{alias} is {shown(move.after)}{before}")


@app.command("unset")
@on_catalog
def unset_alias(options: CatalogOptions, name: Name, alias: AliasName, expected: Expected = None, by: By = "") -> None:
    """Make an alias point to no artifact."""
    from catalog_graph.aliases import ANYTHING

    with options.catalog() as catalog:
        move = catalog.unset_alias(name, alias, expected=ANYTHING if expected is None else expected, by=by)
    before = "it was free before" if move.before is None else f"before: {shown(move.before)}"
    note(f"{shown(name)}@{alias} is free ({before})")


@app.command("get")
@on_catalog
def alias(options: CatalogOptions, name: Name, alias: AliasName) -> None:
    """Print the id of the artifact to which an alias points. The exit status is 1 if it points to none."""
    from catalog_graph.errors import NotFound

    with options.catalog() as catalog:
        artifact_id = catalog.alias(name, alias)
    if artifact_id is None:
        raise NotFound(f"the alias {name}@{alias} is not set")
    write(artifact_id)


@app.command("list")
@on_catalog
def aliases(
    options: CatalogOptions,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only aliases of this name.")] = None,
    artifact: Annotated[
        str | None,
        typer.Option(
            "--artifact", metavar="ID", help="Only aliases of this artifact.", autocompletion=complete_reference
        ),
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    form: ListFormat = Format.table,
) -> None:
    """List the aliases that are set, by name and alias."""
    with options.catalog() as catalog:
        entries = catalog.aliases(name, artifact_id=artifact, limit=limit + 1)
    _write(ALIAS_COLUMNS, entries, limit, "first", form)


@app.command("history")
@on_catalog
def alias_history(
    options: CatalogOptions,
    name: Name,
    alias: Annotated[str | None, typer.Argument(metavar="ALIAS", help="Only moves of this alias.")] = None,
    limit: Limit = DEFAULT_MOVES,
    form: ListFormat = Format.table,
) -> None:
    """List the moves of the aliases of a name, newest first: before, after, by whom and when."""
    with options.catalog() as catalog:
        moves = catalog.alias_history(name, alias, limit=limit + 1)
    _write(MOVE_COLUMNS, moves, limit, "last", form)


def _write(
    columns: tuple[str, ...], entries: Sequence[Alias | AliasMove], limit: int, which: str, form: Format
) -> None:
    """Write at most `limit` entries; one entry more than that means that there are further ones."""
    items, complete = [entry.to_dict() for entry in entries[:limit]], len(entries) <= limit
    rows = [[item[column] for column in columns] for item in items]
    if form is Format.json:
        write_json({"items": items, "complete": complete})
    elif form is Format.csv:
        write_csv(columns, rows)
    else:
        write_table(columns, rows, whole=columns)
    if not complete:
        more = f"… there are more: shown are the {which} {limit:,}; --limit N shows more"
        note_cut(more, chosen=limit not in (DEFAULT_LIMIT, DEFAULT_MOVES))
