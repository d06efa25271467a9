"""`catalog-graph lineage`, `upstream`, `downstream`: what was made from what."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import Reference, Store, note
from catalog_graph.cli.output import Format, ListFormat, write, write_csv, write_json, write_table
from catalog_graph.cli.values import Limit, read_limit

if TYPE_CHECKING:
    from catalog_graph.lineage import Direction, Lineage

Depth = Annotated[
    int | None, typer.Option("--depth", min=1, metavar="N", help="So many edges away at most. (default: no limit)")
]
Where = Annotated[
    str, typer.Option("--where", metavar="QUERY", help="A query: what is listed; the walk passes through the rest.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="INSTANT", help="The lineage as it was recorded then.")]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="ID", help="An artifact to leave out, which must be known; once for each."),
]


class LineageFormat(StrEnum):
    """How a lineage is written."""

    tree = "tree"
    table = "table"
    json = "json"
    csv = "csv"
    mermaid = "mermaid"
    dot = "dot"
    graphml = "graphml"


AsFormat = Annotated[LineageFormat, typer.Option("--format", help="How the answer is written.")]


def upstream(
    store: Store,
    artifact_id: Reference,
    depth: Depth = None,
    limit: Limit = "1000",
    where: Where = "",
    as_of: AsOf = None,
    without: Without = None,
    form: AsFormat = LineageFormat.tree,
) -> None:
    """Show what an artifact was made from, at any depth. Nearest first."""
    _show(_walked(store, "upstream", artifact_id, depth, limit, where, as_of, without), form)


def downstream(
    store: Store,
    artifact_id: Reference,
    depth: Depth = None,
    limit: Limit = "1000",
    where: Where = "",
    as_of: AsOf = None,
    without: Without = None,
    form: AsFormat = LineageFormat.tree,
) -> None:
    """Show what was made from an artifact, at any depth. Nearest first."""
    _show(_walked(store, "downstream", artifact_id, depth, limit, where, as_of, without), form)


def lineage(store: Store, artifact_id: Reference, form: ListFormat = Format.table) -> None:
    """Show an artifact with its direct parents and children."""
    with store.catalog() as catalog:
        found = catalog.get_lineage(artifact_id)
        if "error" in found:
            found = catalog.get_lineage(catalog.backend.resolve(artifact_id))
    if form is Format.json:
        write_json(found)
        return
    parts = {"parent": found["parents"], "itself": [found["artifact"]], "child": found["children"]}
    rows = [_row(relation, entry) for relation, entries in parts.items() for entry in entries]
    (write_csv if form is Format.csv else write_table)(("relation", "id", "name", "type", "version", "state"), rows)


def _walked(
    store: Store,
    direction: Direction,
    artifact_id: str,
    depth: int | None,
    limit: str,
    where: str,
    as_of: str | None,
    without: list[str] | None,
) -> Lineage:
    wanted = read_limit(limit)
    with store.catalog() as catalog:
        ask = catalog.upstream if direction == "upstream" else catalog.downstream
        return ask(artifact_id, depth=depth, limit=wanted, where=where, as_of=as_of, without=without or [])


def _row(relation: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    return (relation, *(entry[name] for name in ("artifact_id", "name", "artifact_type", "version", "state")))


def _show(found: Lineage, form: LineageFormat) -> None:
    from catalog_graph.render.notes import left_out

    if form is LineageFormat.json:
        write_json(found.to_dict())
    elif form in (LineageFormat.table, LineageFormat.csv):
        _show_cards(found, form)
    else:
        picture: str = getattr(found, form.value)()
        write(picture.rstrip("\n"))
    if form is not LineageFormat.tree or not sys.stdout.isatty():
        for text in left_out(found):
            note(text)


def _show_cards(found: Lineage, form: LineageFormat) -> None:
    from catalog_graph.lineage import Card

    if form is LineageFormat.csv:
        write_csv(Card._fields, found.nodes)
    else:
        rows = ((c.depth, c.artifact_id, c.name, c.artifact_type, c.version, c.state) for c in found.nodes)
        write_table(("depth", "id", "name", "type", "version", "state"), rows)
