"""`catalog-graph list`, `search` and `versions`: many artifacts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.common import Store, note
from catalog_graph.cli.output import Format, ListFormat, write_csv, write_entries, write_json, write_table
from catalog_graph.cli.values import Limit, read_limit, read_pairs
from catalog_graph.query.tree import Selection

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Changes
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.backends.base import CatalogBackend

MAX_PAGE = 10_000
"""Artifacts that are asked for at once."""

Kind = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Of this type alone.")]
Pipeline = Annotated[str | None, typer.Option("--pipeline", metavar="NAME", help="Made by this pipeline.")]
Step = Annotated[str | None, typer.Option("--step", metavar="NAME", help="Made by this step.")]
Tag = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="KEY=VALUE", help="With this tag; the value is JSON where it is any, else text."),
]


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
    form: ListFormat = Format.table,
) -> None:
    """List the newest artifacts that match every filter."""
    tags = read_pairs(tag or [], "--tag")
    _show(store, Selection(query, kind, pipeline, step, tags), limit, "newest", form)


def search(
    store: Store,
    words: Annotated[list[str], typer.Argument(metavar="QUERY...", help="Words, tags and fields.")],
    kind: Kind = None,
    pipeline: Pipeline = None,
    step: Step = None,
    tag: Tag = None,
    limit: Limit = "50",
    form: ListFormat = Format.table,
) -> None:
    """Find artifacts, best first.

    As in: search stage:production 'f1_score>=0.9' fraud. What begins with a minus goes behind --, as in:
    search -- fraud -deprecated:true
    """
    tags = read_pairs(tag or [], "--tag")
    _show(store, Selection(" ".join(words), kind, pipeline, step, tags), limit, "best", form)


def _show(store: Store, selection: Selection, limit: str, first: str, form: Format) -> None:
    wanted = read_limit(limit)
    with store.catalog() as catalog:
        items, complete = _found(catalog.backend, selection, wanted)
    write_entries(items, form, complete=complete)
    if not complete:
        _note_more(f"the {first} {len(items):,}")


def _found(backend: CatalogBackend, selection: Selection, wanted: int | None) -> tuple[list[CatalogEntry], bool]:
    """Up to `wanted` artifacts, and whether that is all of them."""
    items: list[CatalogEntry] = []
    cursor = None
    while True:
        page = backend.find(selection, limit=MAX_PAGE if wanted is None else wanted - len(items), cursor=cursor)
        items += page.items
        cursor = page.cursor
        if cursor is None or len(items) == wanted:
            return items, cursor is None


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
        write = write_csv if form is Format.csv else write_table
        write(("version", "id", "created", "changed"), rows)
    if not page.complete:
        _note_more(f"the newest {len(page.items):,}")


def _note_more(shown: str) -> None:
    note(f"… there are more: shown are {shown}; --limit N shows more, --limit all all of them")


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
