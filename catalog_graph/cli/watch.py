"""`catalog-graph watch`: changes as they happen, one line each."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_graph.cli.audit import what
from catalog_graph.cli.common import CatalogOptions, Commands, note, on_catalog
from catalog_graph.cli.output import cut, shown, write
from catalog_graph.cli.short_ids import SHORT_ID

if TYPE_CHECKING:
    from catalog_graph.changes.event import Event


def watch(
    options: CatalogOptions,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Only changes of artifacts that match, such as 'stage:production'.")
    ] = "",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Only changes of this kind, such as promoted; repeatable.", show_default=False),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="N", help="First the changes behind this number, such as 41 or 41.3."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when there are no more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """Show changes as they happen, one line each, until Ctrl-C; --after N resumes behind the last one."""
    last = after
    with options.catalog() as catalog:
        try:
            for event in (
                catalog.events(after or 0, query=query, kinds=kind or ())
                if once
                else catalog.watch(query, kinds=kind or (), after=after)
            ):
                write(json.dumps(event.to_dict()) if as_json else _line(event))
                sys.stdout.flush()
                last = event.id
        except KeyboardInterrupt:
            note(f"To go on from here: --after {last}" if last else "Nothing has changed.")


def _line(event: Event) -> str:
    """Return an event as a line, cut to the width of a terminal: its place, its time, its artifact, what happened."""
    is_terminal = sys.stdout.isatty()
    time = event.at[11:19] if is_terminal else event.at
    line = shown(f"{event.id:<6} {time} {_about(event)}")
    return cut(line, shutil.get_terminal_size().columns) if is_terminal else line


def _about(event: Event) -> str:
    if event.kind == "missing":
        return f"missing: changes {event.details['first']} to {event.details['last']} are no longer recorded"
    artifact, details = event.artifact, event.details
    if event.kind in ("alias_moved", "promoted"):
        shortened = {**details, "before": _id(details["before"]), "after": _id(details["after"])}
        return what(replace(event, details=shortened))
    if event.kind in ("registered", "revived"):
        return what(event)
    name = f"{artifact['name']}:{artifact['version']}" if artifact and artifact["name"] else _id(event.artifact_id)
    return f"{name} {what(event)}"


def _id(artifact_id: str | None) -> str:
    return (artifact_id or "")[: SHORT_ID if sys.stdout.isatty() else None]


COMMANDS: Commands = {"watch": on_catalog(watch)}
"""Following the change record."""
