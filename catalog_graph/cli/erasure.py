"""`catalog-graph erasure show`, `open`, `mark`, `list`: what must go with an artifact, and who has seen to it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, Reference, UsageError, note_cut, on_catalog
from catalog_graph.cli.output import Format, ListFormat, write, write_csv, write_json, write_table, write_text

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure

app = typer.Typer(no_args_is_help=True, help="Keep a worklist of what must go with an artifact, and work it off.")
COMMANDS: Commands = {"erasure": app}


class ErasureFormat(StrEnum):
    """Formats of a worklist."""

    text = "text"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    svg = "svg"
    html = "html"


DEFAULT_LIMIT = 1000
Limit = Annotated[int, typer.Option("--limit", min=1, help="Maximum number of items, open ones first.")]
Form = Annotated[ErasureFormat, typer.Option("--format", help="Format of the worklist.")]
KEPT_COLUMNS = ("artifact_id", "opened_at", "opened_by", "items", "marked", "reason")


@app.command("show")
@on_catalog
def erasure(
    options: CatalogOptions, artifact_id: Reference, limit: Limit = DEFAULT_LIMIT, form: Form = ErasureFormat.text
) -> None:
    """Show what must go with an artifact: what derives from it, copies of its content, aliases, approvals, seals.

    Nothing is kept. If a worklist is kept, its items are shown, and what has come since.
    """
    with options.catalog() as catalog:
        answer = catalog.erasure(artifact_id, limit=limit)
    _write(answer, form, limit)


@app.command("open")
@on_catalog
def open_erasure(
    options: CatalogOptions,
    artifact_id: Reference,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who asks for it.", show_default=False)] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is asked for.", show_default=False)] = "",
    limit: Limit = DEFAULT_LIMIT,
    form: Form = ErasureFormat.text,
) -> None:
    """Keep what must go with an artifact as a worklist; one that is kept takes in what has come since."""
    with options.catalog() as catalog:
        answer = catalog.open_erasure(artifact_id, by=by, reason=reason, limit=limit)
    _write(answer, form, limit)


@app.command("mark")
@on_catalog
def mark_erased(
    options: CatalogOptions,
    artifact_id: Reference,
    items: Annotated[
        list[str] | None,
        typer.Argument(metavar="ITEM", help="Items that are done, such as artifact:ID or alias:NAME@ALIAS."),
    ] = None,
    gone: Annotated[bool, typer.Option("--gone", help="Mark all items that the catalog no longer has.")] = False,
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who did it.", show_default=False)] = "",
    note: Annotated[str, typer.Option("--note", help="What was done.", show_default=False)] = "",
    limit: Limit = DEFAULT_LIMIT,
    form: Form = ErasureFormat.text,
) -> None:
    """Say that items of a worklist are done; the catalog says which of them it still has."""
    if bool(items) == gone:
        raise UsageError("name the items that are done, or give --gone for all that the catalog no longer has")
    with options.catalog() as catalog:
        answer = catalog.mark_erased(artifact_id, None if gone else items, by=by, note=note, limit=limit)
    _write(answer, form, limit)


@app.command("list")
@on_catalog
def erasures(options: CatalogOptions, form: ListFormat = Format.table) -> None:
    """List the worklists that are kept, the newest first."""
    with options.catalog() as catalog:
        rows = [kept.to_dict() for kept in catalog.erasures()]
    if form is Format.json:
        write_json({"items": rows})
    elif form is Format.csv:
        write_csv(KEPT_COLUMNS, ([row[column] for column in KEPT_COLUMNS] for row in rows))
    else:
        write_table(KEPT_COLUMNS, ([str(row[column]) for column in KEPT_COLUMNS] for row in rows))


def _write(answer: Erasure, form: ErasureFormat, limit: int) -> None:
    if form is ErasureFormat.json:
        write_json(answer.to_dict())
    elif form is ErasureFormat.text:
        write_text(answer.text())
    else:
        text: str = getattr(answer, form.value)()
        write(text.rstrip("\n"))
    if form not in (ErasureFormat.text, ErasureFormat.markdown) and not answer.complete:
        note_cut(f"… {answer.total:,} in all, {len(answer.items):,} shown", chosen=limit != DEFAULT_LIMIT)
