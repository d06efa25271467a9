"""`catalog-graph list`, `search` and `versions`: many artifacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from catalog_graph.cli.common import Store, UsageError, note
from catalog_graph.cli.output import Format, ListFormat, shown, write, write_csv, write_entries, write_json, write_table
from catalog_graph.cli.values import Limit, read_limit, read_pairs
from catalog_graph.query.selection import Selection

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Changes
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.page import Page

MAX_PAGE = 10_000
"""Artifacts that are asked for at once."""

Kind = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Of this type alone.")]
Pipeline = Annotated[str | None, typer.Option("--pipeline", metavar="NAME", help="Made by this pipeline.")]
Step = Annotated[str | None, typer.Option("--step", metavar="NAME", help="Made by this step.")]
Tag = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY=VALUE", help="With this tag; the value is JSON where it is any, else text."),
]
Facets = Annotated[
    str,
    typer.Option(
        "--facets",
        metavar="KEY,...",
        help="Count what matches by type, pipeline, step or the keys of tags.",
        show_default=False,
    ),
]
Exact = Annotated[bool, typer.Option("--exact-facets", help="Count all for that, not the newest 2,000 alone.")]
Total = Annotated[bool, typer.Option("--total", help="Say how many match in all.")]


def list_artifacts(
    store: Store,
    kind: Kind = None,
    pipeline: Pipeline = None,
    step: Step = None,
    tag: Tag = None,
    query: Annotated[
        str, typer.Option("--query", metavar="QUERY", help="That match a query, as search takes it.")
    ] = "",
    limit: Limit = "100",
    facets: Facets = "",
    exact: Exact = False,
    total: Total = False,
    form: ListFormat = Format.table,
) -> None:
    """List the newest artifacts that match every filter."""
    tags = read_pairs(tag or [], "--tag")
    asked = _Beside(facets, exact, total)
    _show(store, Selection(query, kind, pipeline, step, tags), limit, "best" if query else "newest", asked, form)


def search(
    store: Store,
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words, tags and fields.")],
    kind: Kind = None,
    pipeline: Pipeline = None,
    step: Step = None,
    tag: Tag = None,
    limit: Limit = "50",
    facets: Facets = "",
    exact: Exact = False,
    total: Total = False,
    form: ListFormat = Format.table,
) -> None:
    """Find artifacts, best first.

    As in: search stage:production 'f1_score>=0.9' fraud. What begins with a minus goes behind --, as in:
    search -- fraud -deprecated:true
    """
    tags = read_pairs(tag or [], "--tag")
    asked = _Beside(facets, exact, total)
    _show(store, Selection(" ".join(words), kind, pipeline, step, tags), limit, "best", asked, form)


class _Beside(NamedTuple):
    """What is to be told beside the artifacts."""

    facets: str
    exact: bool
    total: bool


def _show(store: Store, selection: Selection, limit: str, first: str, asked: _Beside, form: Format) -> None:
    if asked.facets and form is Format.csv:
        raise UsageError("CSV has no place for --facets: use --format table or json")
    wanted = read_limit(limit)
    with store.catalog() as catalog:
        page = _found(catalog.backend, selection, wanted, asked)
    if form is Format.json:
        write_entries(page.items, form, **_beside(page))
    else:
        write_entries(page.items, form)
        _write_facets(page)
    if page.did_you_mean:
        note(f"did you mean: {shown(page.did_you_mean)}")
    if page.total is not None and form is not Format.json:
        note(f"{page.total:,} in all")
    if not page.complete:
        _note_more(f"the {first} {len(page.items):,}")


def _found(backend: CatalogBackend, selection: Selection, wanted: int | None, asked: _Beside) -> Page:
    """Up to `wanted` artifacts as one page, whose cursor says whether there are more, and what is told beside them."""
    from catalog_graph.facets import split_names

    size = MAX_PAGE if wanted is None else wanted
    page = first = backend.find(
        selection, limit=size, total=asked.total, facets=split_names(asked.facets), exact_facets=asked.exact
    )
    items = list(first.items)
    while page.cursor is not None and len(items) != wanted:
        page = backend.find(selection, limit=MAX_PAGE if wanted is None else wanted - len(items), cursor=page.cursor)
        items += page.items
    return replace(first, items=items, cursor=page.cursor)


def _beside(page: Page) -> dict[str, Any]:
    facets = None if page.facets is None else page.facets.to_dict()
    return {"complete": page.complete, "total": page.total, "did_you_mean": page.did_you_mean, "facets": facets}


def _write_facets(page: Page) -> None:
    if page.facets is None:
        return
    for key, facet in page.facets.by.items():
        write("")
        other = [(f"{facet.distinct - len(facet.values):,} more", facet.other)] if facet.other else []
        write_table((key, "artifacts"), [*facet.values.items(), *other])
    if not page.facets.complete:
        note(f"… counted: the newest {page.facets.counted:,}; --exact-facets counts all")


def versions(
    store: Store,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name, exactly.")],
    limit: Limit = "100",
    form: ListFormat = Format.table,
) -> None:
    """Show a name's history: its artifacts, and what changed."""
    wanted = read_limit(limit)
    with store.catalog() as catalog:
        page = catalog.backend.versions(name, limit=wanted or MAX_PAGE)
        while page.cursor and (wanted is None or len(page.items) < wanted):
            rest = catalog.backend.versions(name, limit=(wanted or MAX_PAGE) - len(page.items), cursor=page.cursor)
            page = replace(page, items=[*page.items, *rest.items], cursor=rest.cursor)
    if form is Format.json:
        write_json(page.to_dict())
    else:
        rows = [
            (v.artifact.version, v.artifact.artifact_id, v.artifact.created_at, _changed(v.changes)) for v in page.items
        ]
        write_rows = write_csv if form is Format.csv else write_table
        write_rows(("version", "id", "created", "changed"), rows)
    if not page.complete:
        _note_more(f"the newest {len(page.items):,}")


def _note_more(these: str) -> None:
    note(f"… there are more: shown are {these}; --limit N shows more, --limit all all of them")


def _changed(changes: Changes | None) -> str:
    """What changed, in a line: content, fields, tags, metadata, parents."""
    if changes is None:
        return ""
    told = [] if changes.content == "same" else [f"content {changes.content}"]
    told += [f"{name} {before!r} -> {after!r}" for name, (before, after) in changes.fields.items()]
    told += [f"{key}: {before!r} -> {after!r}" for key, (before, after) in changes.tags_changed.items()]
    for sign, kind in (("+", "added"), ("-", "removed")):
        told += [f"{sign}{key}" for key in getattr(changes, f"tags_{kind}")]
        told += [f"{sign}parent {one}" for one in getattr(changes, f"parents_{kind}")]
    if changes.metadata_added or changes.metadata_removed or changes.metadata_changed:
        told.append("metadata")
    return "; ".join(told) or "nothing"
