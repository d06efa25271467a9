"""`catalog-graph impact`, `paths`, `diff`, `choke-points`, `what-if`: what follows from an artifact's lineage."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from catalog_graph.backends.lineage import PRODUCTION
from catalog_graph.cli.common import CatalogOptions, Commands, Reference, note, on_catalog
from catalog_graph.cli.lineage import AsOf, Where, Without
from catalog_graph.cli.output import write, write_json

OtherId = Annotated[str, typer.Argument(metavar="ID", help="The other artifact.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="How many artifacts each list shows.")]


class ImpactFormat(StrEnum):
    """How an impact is written."""

    text = "text"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    mermaid = "mermaid"


class AnswerFormat(StrEnum):
    """How another answer is written."""

    text = "text"
    json = "json"


Format = Annotated[AnswerFormat, typer.Option("--format", help="How the answer is written.")]


def impact(
    options: CatalogOptions,
    artifact_id: Reference,
    where: Where = "",
    tag_key: Annotated[list[str] | None, typer.Option("--tag-key", help="A tag's key to count by.")] = None,
    production: Annotated[
        str, typer.Option("--production", help="A query: what is in production; empty: nothing is looked for.")
    ] = PRODUCTION,
    copies: Annotated[
        bool, typer.Option("--copies", help="Show others with the same content beside it; no count has them.")
    ] = False,
    as_of: AsOf = None,
    without: Without = None,
    limit: Limit = 1000,
    form: Annotated[ImpactFormat, typer.Option("--format", help="How the answer is written.")] = ImpactFormat.text,
) -> None:
    """Show what a change of an artifact reaches.

    It is counted, what of it is in production comes with the reason, and the nearest are listed.
    """
    from catalog_graph.render.impact import as_csv, as_markdown, as_text, same_content
    from catalog_graph.render.notes import left_out

    with options.catalog() as catalog:
        found = catalog.impact(
            artifact_id,
            where=where,
            tag_keys=tag_key or [],
            production=production,
            copies=copies,
            as_of=as_of,
            without=without or [],
            limit=limit,
        )
    if form is ImpactFormat.json:
        write_json(found.to_dict())
    elif form is ImpactFormat.mermaid:
        write(found.lineage.mermaid().rstrip("\n"))
    else:
        written = {ImpactFormat.csv: as_csv, ImpactFormat.markdown: as_markdown}.get(form, as_text)
        write(written(found))
    if form not in (ImpactFormat.text, ImpactFormat.markdown):
        for text in left_out(found.lineage):
            note(text)
    if form in (ImpactFormat.csv, ImpactFormat.mermaid) and found.copies is not None and found.copies.copies.total:
        note(f"… the same content, not shown: {same_content(found.copies)}; --format text or json lists them")


def paths(
    options: CatalogOptions,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The artifact that the paths begin at.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The artifact that came from it.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many paths are shown; 1,000 at most.")] = 10,
    count: Annotated[
        bool, typer.Option("--count/--no-count", help="Count all paths, or just show one of the shortest, quickly.")
    ] = True,
    form: Format = AnswerFormat.text,
) -> None:
    """Show the ways in which one artifact came from another. The shortest come first, and all are counted."""
    from catalog_graph.render.answers import paths_text

    with options.catalog() as catalog:
        found = catalog.paths(source, target, limit=limit, count=count)
    _write(found, paths_text, form)


def diff(
    options: CatalogOptions, left: Reference, right: OtherId, limit: Limit = 1000, form: Format = AnswerFormat.text
) -> None:
    """Show what two artifacts came from, and where that parts."""
    from catalog_graph.render.answers import difference_text

    with options.catalog() as catalog:
        found = catalog.diff(left, right, limit=limit)
    _write(found, difference_text, form)


def choke_points(options: CatalogOptions, artifact_id: Reference, form: Format = AnswerFormat.text) -> None:
    """Show what everything an artifact came from runs through."""
    from catalog_graph.render.answers import choke_points_text

    with options.catalog() as catalog:
        found = catalog.choke_points(artifact_id)
    _write(found, choke_points_text, form)


def what_if(
    options: CatalogOptions,
    artifact_id: Reference,
    without: Annotated[list[str], typer.Option("--without", metavar="ID", help="An artifact that goes away.")],
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show what would be lost if artifacts went away. It is cut off from this one, or left without any source."""
    from catalog_graph.render.answers import what_if_text

    with options.catalog() as catalog:
        found = catalog.what_if(artifact_id, without, limit=limit)
    _write(found, what_if_text, form)


def _write(found: Any, as_text: Callable[[Any], str], form: AnswerFormat) -> None:
    if form is AnswerFormat.json:
        write_json(found.to_dict())
    else:
        write(as_text(found))


COMMANDS: Commands = {
    "impact": on_catalog(impact),
    "paths": on_catalog(paths),
    "diff": on_catalog(diff),
    "choke-points": on_catalog(choke_points),
    "what-if": on_catalog(what_if),
}
