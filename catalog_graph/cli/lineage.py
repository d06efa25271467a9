"""`catalog-graph lineage`, `upstream`, `downstream`: what was made from what."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, Reference, note_cut, on_catalog
from catalog_graph.cli.output import Format, ListFormat, write, write_csv, write_json, write_table
from catalog_graph.cli.values import Limit, read_instant, read_limit

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

Depth = Annotated[
    int | None, typer.Option("--depth", min=0, metavar="N", help="Maximum distance in edges. (default: no limit)")
]
Where = Annotated[
    str,
    typer.Option(
        "--where", metavar="QUERY", help="Only artifacts that match this query; paths may lead through others."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="INSTANT", help="The lineage as recorded at this time, in ISO-8601, or so long ago: 7d."
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="ID", help="A known artifact to leave out of the lineage; repeatable."),
]
Until = Annotated[
    str,
    typer.Option("--until", metavar="QUERY", help="Stop at artifacts that match this query; they are shown too."),
]
Column = Annotated[
    str, typer.Option("--column", metavar="COLUMN", help="Only what this column was made from, by events.")
]

DEFAULT_LIMIT = "1000"


class LineageFormat(StrEnum):
    """Formats of a lineage."""

    tree = "tree"
    table = "table"
    json = "json"
    csv = "csv"
    mermaid = "mermaid"
    dot = "dot"
    graphml = "graphml"
    prov_json = "prov-json"
    prov_n = "prov-n"
    openlineage = "openlineage"
    svg = "svg"
    html = "html"


FormatOption = Annotated[LineageFormat, typer.Option("--format", help="The output format.")]


def upstream(
    options: CatalogOptions,
    artifact_id: Reference,
    depth: Depth = None,
    limit: Limit = DEFAULT_LIMIT,
    where: Where = "",
    as_of: AsOf = None,
    without: Without = None,
    until: Until = "",
    column: Column = "",
    form: FormatOption = LineageFormat.tree,
) -> None:
    """Show everything that an artifact was made from, at any depth, nearest first."""
    maximum = read_limit(limit)
    with options.catalog() as catalog:
        lineage = catalog.upstream(
            artifact_id,
            depth=depth,
            limit=maximum,
            where=where,
            as_of=read_instant(as_of),
            without=without or [],
            until=until,
            column=column,
        )
        _show(lineage, form, chosen=limit != DEFAULT_LIMIT or depth is not None)


def downstream(
    options: CatalogOptions,
    artifact_id: Reference,
    depth: Depth = None,
    limit: Limit = DEFAULT_LIMIT,
    where: Where = "",
    as_of: AsOf = None,
    without: Without = None,
    until: Until = "",
    form: FormatOption = LineageFormat.tree,
) -> None:
    """Show everything that was made from an artifact, at any depth, nearest first."""
    maximum = read_limit(limit)
    with options.catalog() as catalog:
        lineage = catalog.downstream(
            artifact_id,
            depth=depth,
            limit=maximum,
            where=where,
            as_of=read_instant(as_of),
            without=without or [],
            until=until,
        )
        _show(lineage, form, chosen=limit != DEFAULT_LIMIT or depth is not None)


def lineage(options: CatalogOptions, artifact_id: Reference, form: ListFormat = Format.table) -> None:
    """Show an artifact with its direct parents and children."""
    with options.catalog() as catalog:
        neighbours = catalog.get_lineage(artifact_id)
        if "error" in neighbours:
            neighbours = catalog.get_lineage(catalog.backend.resolve(artifact_id), exact=True)
    if form is Format.json:
        write_json(neighbours)
        return
    parts = {"parent": neighbours["parents"], "itself": [neighbours["artifact"]], "child": neighbours["children"]}
    rows = [_row(relation, entry) for relation, entries in parts.items() for entry in entries]
    (write_csv if form is Format.csv else write_table)(("relation", "id", "name", "type", "version", "state"), rows)


def _row(relation: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    return (relation, *(entry[name] for name in ("artifact_id", "name", "artifact_type", "version", "state")))


def _show(lineage: Lineage, form: LineageFormat, *, chosen: bool) -> None:
    from catalog_graph.render.notes import left_out

    if form is LineageFormat.json:
        write_json(lineage.to_dict())
    elif form in (LineageFormat.table, LineageFormat.csv):
        _show_cards(lineage, form)
    else:
        picture: str = getattr(lineage, form.name)()
        write(picture.rstrip("\n"))
    if form is not LineageFormat.tree or not sys.stdout.isatty():
        for text in left_out(lineage):
            note_cut(text, chosen=chosen)


def _show_cards(lineage: Lineage, form: LineageFormat) -> None:
    from catalog_graph.lineage import Card

    if form is LineageFormat.csv:
        write_csv(Card._fields, (card.row() for card in lineage.nodes))
    else:
        rows = (
            (c.depth, c.artifact_id, c.name, c.artifact_type, c.version, " ".join(c.aliases), c.state)
            for c in lineage.nodes
        )
        write_table(("depth", "id", "name", "type", "version", "aliases", "state"), rows)


COMMANDS: Commands = {
    "lineage": on_catalog(lineage),
    "upstream": on_catalog(upstream),
    "downstream": on_catalog(downstream),
}
