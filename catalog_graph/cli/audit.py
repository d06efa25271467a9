"""`catalog-graph audit`: the record of every change, or the history of one artifact."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, note, note_cut, on_catalog
from catalog_graph.cli.output import tag_lines, write, write_csv, write_json, write_table

if TYPE_CHECKING:
    from catalog_graph.changes.change import Change, ChangePage
    from catalog_graph.changes.event import Event

SHOWN = 100
"""Changes that are shown without `--limit`; NDJSON has all."""
_FIELDS = ("number", "at", "by", "request_id", "kind", "artifact_id", "details")


class AuditFormat(StrEnum):
    """Formats of the record."""

    table = "table"
    json = "json"
    ndjson = "ndjson"
    csv = "csv"


def audit(
    options: CatalogOptions,
    reference: Annotated[
        str | None, typer.Argument(metavar="REF", help="Only changes of this artifact (id or reference).")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only changes of this kind, such as deleted; repeatable.", show_default=False),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="KEY", help="Only changes by the API key of this name.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only changes since this instant (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only changes before this instant (ISO 8601).")] = None,
    after: Annotated[
        int | None,
        typer.Option("--after", min=0, help="Only changes of transactions with a higher number, in order."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=f"Maximum changes; {SHOWN}, or all as NDJSON.")
    ] = None,
    form: Annotated[AuditFormat, typer.Option("--format", help="The output format.")] = AuditFormat.table,
) -> None:
    """Show who changed what and when, the newest first; with REF, the history of one artifact."""
    with options.catalog() as catalog:

        def read(size: int, cursor: str | None) -> ChangePage:
            return catalog.audit_page(
                reference,
                kinds=kind or (),
                by=by,
                since=since,
                until=until,
                after=after,
                limit=size,
                cursor=cursor,
            )

        if form is AuditFormat.ndjson:
            _write_lines(_pages(read, limit))
            return
        page = read(limit or SHOWN, None)
    _write(page, reference is None, form, chosen=limit is not None)


def _pages(read: Any, limit: int | None) -> Iterator[ChangePage]:
    from catalog_graph.page import pages

    return pages(read, limit, 1000)


def _write_lines(pages: Iterator[ChangePage]) -> None:
    for page in pages:
        for change in page.items:
            write(json.dumps(change.to_dict(), ensure_ascii=(sys.stdout.encoding or "").lower() != "utf-8"))


def _write(page: ChangePage, with_artifact: bool, form: AuditFormat, *, chosen: bool) -> None:
    if form is AuditFormat.json:
        write_json(page.to_dict())
    elif form is AuditFormat.csv:
        items = [change.to_dict() for change in page.items]
        rows = [{**each, "details": json.dumps(each["details"], ensure_ascii=False)} for each in items]
        write_csv(_FIELDS, [[row[name] for name in _FIELDS] for row in rows])
    else:
        columns = ("number", "at", "by", *(("artifact",) if with_artifact else ()), "what")
        write_table(columns, [_row(change, with_artifact) for change in page.items], whole=("number", "at"))
    if not page.complete:
        note_cut(f"… there are more: shown are {len(page.items):,}; --limit N shows more", chosen=chosen)
    elif not page.record.whole:
        note(f"The record is complete from {page.record.since} on; earlier changes are not in it.")
    if not page.items and page.record.whole:
        note("No recorded change matches." if page.record.last else "Nothing was ever changed.")


def _row(change: Change, with_artifact: bool) -> Sequence[Any]:
    at = change.at[:19].replace("T", " ") if sys.stdout.isatty() else change.at
    return (change.number, at, change.by, *((change.artifact_id,) if with_artifact else ()), what(change))


def what(change: Change | Event) -> str:
    """Return a change in words."""
    kind, details = change.kind.replace("_", " "), change.details
    if details and all(value is None for value in details.values()):
        return f"{kind} (purged)" if change.kind != "copied" else kind
    if change.kind in ("registered", "revived"):
        return f"{kind} {details['name']}:{details['version']} ({details['artifact_type']})"
    if change.kind == "merged":
        return f"{kind} {', '.join(details['fields'])}"
    if change.kind == "tagged":
        return " ".join([kind, *tag_lines(details["tags"]), *(f"-{key}" for key in details["removed"])])
    if change.kind in ("edges_added", "edges_removed"):
        return f"{kind}: {', '.join(details['parent_ids'])}"
    if change.kind in ("alias_moved", "promoted"):
        places = f"{details['before'] or 'none'} -> {details['after'] or 'none'}"
        return f"{kind} {details['name']}@{details['alias']}: {places}"
    return f"{kind} {details['name']}" if details.get("name") else kind


COMMANDS: Commands = {"audit": on_catalog(audit)}
