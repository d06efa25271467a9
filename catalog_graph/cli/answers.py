"""`catalog-graph impact`, `paths`, `diff`, `walk` and other commands: answers that follow from lineage."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.cli.common import (
    CatalogOptions,
    Commands,
    OptionalReference,
    Reference,
    UsageError,
    complete_reference,
    interactive,
    note,
    note_cut,
    on_catalog,
)
from catalog_graph.cli.lineage import AsOf, Until, Where, Without
from catalog_graph.cli.output import write, write_json, write_text
from catalog_graph.cli.values import read_instant

if TYPE_CHECKING:
    from catalog_graph.answers.base import Answer

OtherId = Annotated[str, typer.Argument(metavar="ID", help="The other artifact.", autocompletion=complete_reference)]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Maximum number of artifacts in each list.")]


DEFAULT_LIMIT = 1000


class ImpactFormat(StrEnum):
    """Formats of an impact."""

    text = "text"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    mermaid = "mermaid"
    svg = "svg"
    html = "html"


class AnswerFormat(StrEnum):
    """Formats of the other answers."""

    text = "text"
    json = "json"
    svg = "svg"
    html = "html"


_PICTURES = (ImpactFormat.mermaid, ImpactFormat.svg, ImpactFormat.html)

Format = Annotated[AnswerFormat, typer.Option("--format", help="Format of the answer.")]


def impact(
    options: CatalogOptions,
    artifact_id: Reference,
    where: Where = "",
    tag_key: Annotated[list[str] | None, typer.Option("--tag-key", help="Tag key to count by; repeatable.")] = None,
    production: Annotated[
        str, typer.Option("--production", help="Query for artifacts in production; empty: skip this part.")
    ] = PRODUCTION,
    copies: Annotated[
        bool, typer.Option("--copies", help="Also list other artifacts with the same content; no count has them.")
    ] = False,
    as_of: AsOf = None,
    without: Without = None,
    until: Until = "",
    limit: Limit = DEFAULT_LIMIT,
    form: Annotated[ImpactFormat, typer.Option("--format", help="Format of the answer.")] = ImpactFormat.text,
) -> None:
    """Show what a change of an artifact affects.

    Counts what is registered downstream, shows the path to each artifact in production, and lists the nearest.
    Deleted and unregistered artifacts have counts of their own.
    """
    from catalog_graph.render.impact import as_csv, as_markdown, as_text, gone_counts, same_content
    from catalog_graph.render.notes import left_out

    with options.catalog() as catalog:
        answer = catalog.impact(
            artifact_id,
            where=where,
            tag_keys=tag_key or [],
            production=production,
            copies=copies,
            as_of=read_instant(as_of),
            without=without or [],
            until=until,
            limit=limit,
        )
    if form is ImpactFormat.json:
        write_json(answer.to_dict())
    elif form in _PICTURES:
        picture: str = getattr(answer.lineage, form.value)()
        write(picture.rstrip("\n"))
    elif form is ImpactFormat.text:
        write_text(as_text(answer))
    else:
        write((as_csv if form is ImpactFormat.csv else as_markdown)(answer))
    if form not in (ImpactFormat.text, ImpactFormat.markdown):
        for text in left_out(answer.lineage):
            note_cut(text, chosen=limit != DEFAULT_LIMIT)
    if form in (ImpactFormat.csv, *_PICTURES) and gone_counts(answer):
        note(f"… gone, not shown: {gone_counts(answer)}; catalog-graph downstream lists them")
    if form in (ImpactFormat.csv, *_PICTURES) and answer.copies is not None and answer.copies.copies.total:
        note(f"… the same content, not shown: {same_content(answer.copies)}; --format text or json lists them")


def paths(
    options: CatalogOptions,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="The artifact at which the paths start.", autocompletion=complete_reference
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="The artifact at which the paths end.", autocompletion=complete_reference
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of paths; at most 1,000.")] = 10,
    count: Annotated[
        bool, typer.Option("--count/--no-count", help="Count all paths, or show one of the shortest, which is faster.")
    ] = True,
    form: Format = AnswerFormat.text,
) -> None:
    """Show the paths from one artifact to another, the shortest first, and their number."""
    with options.catalog() as catalog:
        answer = catalog.paths(source, target, limit=limit, count=count)
    _write(answer, form)


def diff(
    options: CatalogOptions, left: Reference, right: OtherId, limit: Limit = 1000, form: Format = AnswerFormat.text
) -> None:
    """Compare the ancestries of two artifacts."""
    with options.catalog() as catalog:
        answer = catalog.diff(left, right, limit=limit)
    _write(answer, form)


def choke_points(options: CatalogOptions, artifact_id: Reference, form: Format = AnswerFormat.text) -> None:
    """Show the artifacts that every path from a source passes."""
    with options.catalog() as catalog:
        answer = catalog.choke_points(artifact_id)
    _write(answer, form)


def what_if(
    options: CatalogOptions,
    artifact_id: Reference,
    without: Annotated[list[str], typer.Option("--without", metavar="ID", help="Artifact to leave out; repeatable.")],
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show what would be cut off from an artifact, or left without any source, without some artifacts."""
    with options.catalog() as catalog:
        answer = catalog.what_if(artifact_id, without, limit=limit)
    _write(answer, form)


def stale(
    options: CatalogOptions,
    artifact_id: OptionalReference = None,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="QUERY", help="Without an artifact: a query for those to look at."),
    ] = None,
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show what an artifact was made from that has a newer version, and what to make again.

    Without an artifact, show which of those in production, or of those that match --where, are stale.
    """
    with options.catalog() as catalog:
        if artifact_id is None:
            answer: Answer = catalog.stale(where=where, limit=limit)
        elif where is None:
            answer = catalog.stale(artifact_id, limit=limit)
        else:
            raise UsageError("give either an artifact or --where, a query for artifacts, not both")
    _write(answer, form)


def walk(
    options: CatalogOptions,
    select: Annotated[
        list[str],
        typer.Option(
            "--select", metavar="SELECTORS", help="Artifacts, as dbt selects: +x, x+2, @x, a,b, 'a b'; repeatable."
        ),
    ],
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="SELECTORS", help="Artifacts to leave out; repeatable."),
    ] = None,
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show the artifacts that selectors choose, with what lies upstream and downstream of them.

    A selector is a reference, or a query in quotes: --select '+"type:Model f1>0.9"'.
    """
    with options.catalog() as catalog:
        answer = catalog.walk(" ".join(select), exclude=" ".join(exclude or []), limit=limit)
    _write(answer, form)


def neighbourhood(
    options: CatalogOptions,
    artifact_id: Reference,
    hops: Annotated[
        int,
        typer.Option("--hops", min=0, metavar="N", help="Maximum number of edges, in either direction; at most 20."),
    ] = 2,
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show what lies within some edges of an artifact, whichever way they point."""
    with options.catalog() as catalog:
        answer = catalog.neighbourhood(artifact_id, hops=hops, limit=limit)
    _write(answer, form)


def unreachable(
    options: CatalogOptions,
    in_use: Annotated[
        str, typer.Option("--from", metavar="QUERY", help="Query for the artifacts that are in use.")
    ] = PRODUCTION,
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="AGE", help="Age or date; what is younger counts as in use.")
    ] = "90d",
    delete: Annotated[bool, typer.Option("--delete", help="Delete what is shown; undelete takes it back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --delete: do not ask for confirmation.")] = False,
    limit: Limit = 1000,
    form: Format = AnswerFormat.text,
) -> None:
    """Show the artifacts that nothing in use was made from; with --delete, delete them."""
    if delete and not yes and not interactive():
        raise UsageError("--delete asks for confirmation, but there is no terminal to ask on: give --yes")
    with options.catalog() as catalog:
        answer = catalog.unreachable(in_use, older_than=older_than, limit=limit)
        _write(answer, form)
        ids = [card.artifact_id for card in answer.nodes]
        if delete and ids and (yes or typer.confirm(f"Delete these {len(ids):,}?", err=True)):
            deleted = catalog.delete_unreachable(ids, in_use, older_than=older_than)
            note(f"deleted: {len(deleted):,}; in use by now, and kept: {len(ids) - len(deleted):,}")


def _write(answer: Answer, form: AnswerFormat) -> None:
    if form is AnswerFormat.json:
        write_json(answer.to_dict())
    elif form in (AnswerFormat.svg, AnswerFormat.html):
        picture: str = getattr(answer, form.value)()
        write(picture.rstrip("\n"))
    else:
        write_text(answer.text())


COMMANDS: Commands = {
    "impact": on_catalog(impact),
    "paths": on_catalog(paths),
    "diff": on_catalog(diff),
    "choke-points": on_catalog(choke_points),
    "what-if": on_catalog(what_if),
    "stale": on_catalog(stale),
    "walk": on_catalog(walk),
    "neighbourhood": on_catalog(neighbourhood),
    "unreachable": on_catalog(unreachable),
}
