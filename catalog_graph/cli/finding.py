"""`catalog-graph list`, `search` and `versions`: many artifacts."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from catalog_graph.cli.common import (
    CatalogOptions,
    Commands,
    UsageError,
    complete_reference,
    note,
    note_cut,
    on_catalog,
    warn,
)
from catalog_graph.cli.output import Format, ListFormat, shown, write, write_csv, write_entries, write_json, write_table
from catalog_graph.cli.values import Limit, TagJson, as_numbers, read_limit, read_tags
from catalog_graph.query.selection import Selection
from catalog_graph.render.versions import with_aliases

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Changes, Version, Versions
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.page import Page

MAX_PAGE = 10_000
"""Artifacts to request at a time with --limit all."""

DEFAULT_LIST_LIMIT, DEFAULT_SEARCH_LIMIT = "100", "50"

ArtifactType = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only artifacts of this type.")]
Pipeline = Annotated[str | None, typer.Option("--pipeline", metavar="NAME", help="Only artifacts of this pipeline.")]
Step = Annotated[str | None, typer.Option("--step", metavar="NAME", help="Only artifacts of this step.")]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY=VALUE", help="Only artifacts with this tag, as in register; repeatable."),
]
Facets = Annotated[
    str,
    typer.Option(
        "--facets",
        metavar="KEY,...",
        help="Count the matching artifacts by type, pipeline, step or tag keys.",
        show_default=False,
    ),
]
ExactFacets = Annotated[
    bool, typer.Option("--exact-facets", help="With --facets: count all matching artifacts, not the newest 2,000.")
]
Total = Annotated[bool, typer.Option("--total", help="Show the number of all matching artifacts.")]


class CountOptions(NamedTuple):
    """The options for counts beside a page."""

    facets: str
    exact_facets: bool
    total: bool


def list_artifacts(
    options: CatalogOptions,
    artifact_type: ArtifactType = None,
    source_pipeline: Pipeline = None,
    source_step: Step = None,
    tags: Tags = None,
    tag_json: TagJson = None,
    query: Annotated[
        str, typer.Option("--query", metavar="QUERY", help="Only artifacts that match this query, as in search.")
    ] = "",
    limit: Limit = DEFAULT_LIST_LIMIT,
    facets: Facets = "",
    exact_facets: ExactFacets = False,
    total: Total = False,
    form: ListFormat = Format.table,
) -> None:
    """List the newest artifacts that match every filter."""
    selection = Selection(query, artifact_type, source_pipeline, source_step, read_tags(tags, tag_json))
    order = "best" if query else "newest"
    counts = CountOptions(facets, exact_facets, total)
    _show(options, selection, limit, order, counts, form, chosen=limit != DEFAULT_LIST_LIMIT)


def search(
    options: CatalogOptions,
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words, tags and fields.")],
    artifact_type: ArtifactType = None,
    source_pipeline: Pipeline = None,
    source_step: Step = None,
    tags: Tags = None,
    tag_json: TagJson = None,
    limit: Limit = DEFAULT_SEARCH_LIMIT,
    facets: Facets = "",
    exact_facets: ExactFacets = False,
    total: Total = False,
    form: ListFormat = Format.table,
) -> None:
    """Search artifacts by a query, best first.

    Example: search stage:production 'f1_score>=0.9' fraud. A query that begins with a minus goes after --:
    search -- fraud -deprecated:true
    """
    selection = Selection(" ".join(words), artifact_type, source_pipeline, source_step, read_tags(tags, tag_json))
    counts = CountOptions(facets, exact_facets, total)
    _show(options, selection, limit, "best", counts, form, chosen=limit != DEFAULT_SEARCH_LIMIT)


def _show(
    options: CatalogOptions,
    selection: Selection,
    limit: str,
    order: str,
    counts: CountOptions,
    form: Format,
    *,
    chosen: bool,
) -> None:
    if counts.facets and form is Format.csv:
        raise UsageError("--facets has no place in --format csv: use --format table or json")
    if counts.total and form is Format.csv:
        raise UsageError("--total has no place in --format csv: use --format table or json")
    maximum = read_limit(limit)
    with options.catalog() as catalog:
        page = _read_pages(catalog.backend, selection, maximum, counts)
        if not page.items and (tags := as_numbers(selection.tags)) != selection.tags:
            # A text such as 0.90 may stand for the number.
            page = _read_pages(catalog.backend, replace(selection, tags=tags), maximum, counts)
    if form is Format.json:
        write_entries(page.items, form, **_counts(page))
    else:
        write_entries(page.items, form, _named_keys(selection.text))
        _write_facets(page)
        if page.total is not None:
            write(f"{page.total:,} in all")
    if page.did_you_mean:
        note(f"did you mean: {shown(page.did_you_mean)}")
    for hint in page.hints:
        note(f"note: {shown(hint)}")
    if not (page.items or page.did_you_mean or page.hints):
        note("the catalog has no artifacts" if selection == Selection() else "no artifact matches")
    if not page.complete:
        _note_more(f"the {order} {len(page.items):,}", chosen=chosen)


def _named_keys(text: str) -> list[str]:
    """Return the keys that a query names, for columns of the table."""
    from catalog_graph.errors import InvalidQuery
    from catalog_graph.query.leaves import comparisons

    try:
        named = (each for each in comparisons(text) if each.key not in ("", "alias") and each.sign != "!=")
        return list(dict.fromkeys(each.key for each in named))
    except InvalidQuery:
        return []


def _read_pages(backend: CatalogBackend, selection: Selection, maximum: int | None, counts: CountOptions) -> Page:
    """Return up to `maximum` artifacts as one page; its counts are those of the first page that is read."""
    from catalog_graph.facets import split_names
    from catalog_graph.page import pages

    def read(size: int, cursor: str | None) -> Page:
        if cursor is not None:
            return backend.find(selection, limit=size, cursor=cursor)
        facets = split_names(counts.facets)
        return backend.find(selection, limit=size, total=counts.total, facets=facets, exact_facets=counts.exact_facets)

    first, *rest = pages(read, maximum, MAX_PAGE)
    items = [entry for page in (first, *rest) for entry in page.items]
    return replace(first, items=items, cursor=[first, *rest][-1].cursor)


def _counts(page: Page) -> dict[str, Any]:
    """Return the members of the JSON output beside `items`."""
    facets = None if page.facets is None else page.facets.to_dict()
    counts = {"complete": page.complete, "total": page.total, "did_you_mean": page.did_you_mean, "facets": facets}
    return {**counts, "hints": page.hints} if page.hints else counts


def _write_facets(page: Page) -> None:
    if page.facets is None:
        return
    for key, facet in page.facets.by.items():
        write("")
        other = [(f"{facet.distinct - len(facet.values):,} more", facet.other)] if facet.other else []
        write_table((key, "artifacts"), [*facet.values.items(), *other])
    if not page.facets.complete:
        warn(f"… only the newest {page.facets.counted:,} were counted; --exact-facets counts all")


class VersionsFormat(StrEnum):
    """Formats of versions."""

    table = "table"
    json = "json"
    csv = "csv"
    mermaid = "mermaid"


def versions(
    options: CatalogOptions,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The full name, case-sensitive.", autocompletion=complete_reference),
    ],
    limit: Limit = DEFAULT_LIST_LIMIT,
    form: Annotated[VersionsFormat, typer.Option("--format", help="The output format.")] = VersionsFormat.table,
) -> None:
    """List the artifacts of a name, newest first, and what changed from one to the next."""
    from catalog_graph.page import pages

    maximum = read_limit(limit)
    with options.catalog() as catalog:

        def read(size: int, cursor: str | None) -> Versions:
            return catalog.backend.versions(name, limit=size, cursor=cursor)

        first, *rest = pages(read, maximum, MAX_PAGE)
    items = [version for page in (first, *rest) for version in page.items]
    page = replace(first, items=items, cursor=[first, *rest][-1].cursor)
    if form is VersionsFormat.json:
        write_json(page.to_dict())
    elif form is VersionsFormat.csv:
        columns = ("version", "id", "created", "changed", "aliases")
        write_csv(columns, [(*_version_row(v), " ".join(v.artifact.aliases)) for v in page.items])
    elif form is VersionsFormat.mermaid:
        write(page.mermaid().rstrip("\n"))
    else:
        rows = [(with_aliases(v.artifact), *_version_row(v)[1:]) for v in page.items]
        write_table(("version", "id", "created", "changed"), rows)
    if not page.complete:
        _note_more(f"the newest {len(page.items):,}", chosen=limit != DEFAULT_LIST_LIMIT)


def _version_row(version: Version) -> tuple[str | None, str, str, str]:
    artifact = version.artifact
    return artifact.version, artifact.artifact_id, artifact.created_at, _changed(version.changes)


def _note_more(which: str, *, chosen: bool) -> None:
    note_cut(f"… there are more: shown are {which}; --limit N shows more, --limit all shows all", chosen=chosen)


def _changed(changes: Changes | None) -> str:
    """Return the changes in one line: content, fields, tags, metadata, parents."""
    if changes is None:
        return ""
    parts = [] if changes.content == "same" else [f"content {changes.content}"]
    parts += [f"{name} {before!r} -> {after!r}" for name, (before, after) in changes.fields.items()]
    parts += [f"{key}: {before!r} -> {after!r}" for key, (before, after) in changes.tags_changed.items()]
    for sign, kind in (("+", "added"), ("-", "removed")):
        parts += [f"{sign}{key}" for key in getattr(changes, f"tags_{kind}")]
        parts += [f"{sign}parent {parent_id}" for parent_id in getattr(changes, f"parents_{kind}")]
    if changes.metadata_added or changes.metadata_removed or changes.metadata_changed:
        parts.append("metadata")
    return "; ".join(parts) or "nothing"


COMMANDS: Commands = {
    "list": on_catalog(list_artifacts),
    "search": on_catalog(search),
    "versions": on_catalog(versions),
}
