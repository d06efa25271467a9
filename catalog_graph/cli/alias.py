"""`catalog-graph alias set`, `unset`, `list`, `history`: which artifact of a name is meant by a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import Store, UsageError, note, on_catalog
from catalog_graph.cli.output import Format, ListFormat, shown, write_csv, write_json, write_table

if TYPE_CHECKING:
    from catalog_graph.aliases import Alias, AliasMove

app = typer.Typer(no_args_is_help=True, help="Say which artifact of a name is the champion, say.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the artifacts.")]
Word = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias, as champion.")]
By = Annotated[str, typer.Option("--by", metavar="WHO", help="Who moves it, for the history.", show_default=False)]
Expected = Annotated[
    str | None, typer.Option("--expected", metavar="ID", help="Only if this artifact holds it now.", show_default=False)
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many are shown.")]
ALIAS_COLUMNS = ("name", "alias", "artifact_id", "by", "at")
MOVE_COLUMNS = ("name", "alias", "before", "after", "by", "at")


@app.command("set")
@on_catalog
def set_alias(
    store: Store,
    name: Name,
    alias: Word,
    artifact_id: Annotated[str, typer.Argument(metavar="ID", help="The artifact, by id or reference.")],
    expected: Expected = None,
    if_free: Annotated[bool, typer.Option("--if-free", help="Only if no artifact holds it now.")] = False,
    by: By = "",
) -> None:
    """Point an alias to an artifact, which has to be registered under that name."""
    from catalog_graph.aliases import ANYTHING

    if expected is not None and if_free:
        raise UsageError("--expected and --if-free contradict each other: give one or the other")
    with store.catalog() as catalog:
        held = expected if expected is not None else None if if_free else ANYTHING
        move = catalog.set_alias(name, alias, artifact_id, expected=held, by=by)
    before = f" (before: {shown(move.before)})" if move.before not in (None, move.after) else ""
    note(f"{shown(name)}@{alias} is {shown(move.after)}{before}")


@app.command("unset")
@on_catalog
def unset_alias(store: Store, name: Name, alias: Word, expected: Expected = None, by: By = "") -> None:
    """Let an alias point to nothing."""
    from catalog_graph.aliases import ANYTHING

    with store.catalog() as catalog:
        move = catalog.unset_alias(name, alias, expected=ANYTHING if expected is None else expected, by=by)
    was = "nothing held it" if move.before is None else f"before: {shown(move.before)}"
    note(f"{shown(name)}@{alias} is free ({was})")


@app.command("list")
@on_catalog
def aliases(
    store: Store,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of this name alone.")] = None,
    limit: Limit = 1000,
    form: ListFormat = Format.table,
) -> None:
    """List the aliases that are set, by name and alias."""
    with store.catalog() as catalog:
        found = catalog.aliases(name, limit=limit + 1)
    _write(ALIAS_COLUMNS, found, limit, "first", form)


@app.command("history")
@on_catalog
def alias_history(
    store: Store,
    name: Name,
    alias: Annotated[str | None, typer.Argument(metavar="ALIAS", help="Of this alias alone.")] = None,
    limit: Limit = 100,
    form: ListFormat = Format.table,
) -> None:
    """Show who moved the aliases of a name from what to what, and when; the last move first."""
    with store.catalog() as catalog:
        found = catalog.alias_history(name, alias, limit=limit + 1)
    _write(MOVE_COLUMNS, found, limit, "last", form)


def _write(columns: tuple[str, ...], found: Sequence[Alias | AliasMove], limit: int, which: str, form: Format) -> None:
    """Write at most `limit` of what was found; one more tells that there are more."""
    items, complete = [one.to_dict() for one in found[:limit]], len(found) <= limit
    rows = [[item[name] for name in columns] for item in items]
    if form is Format.json:
        write_json({"items": items, "complete": complete})
    elif form is Format.csv:
        write_csv(columns, rows)
    else:
        write_table(columns, rows, whole=columns)
    if not complete:
        note(f"… there are more: shown are the {which} {limit:,}; --limit N shows more")
