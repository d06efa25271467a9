"""Events of OpenLineage, from programs and from files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import strict_json
from catalog_graph.errors import InvalidInput

if TYPE_CHECKING:
    from catalog_graph.openlineage.report import EventReport

AT_ONCE = 1_000
"""Events of one transaction."""


class CatalogEvents:
    """Lineage that other programs send as events."""

    _backend: CatalogBackend

    def take_events(self, events: Iterable[Any], *, progress: Callable[[int], None] | None = None) -> EventReport:
        """Take events of OpenLineage, a thousand at a time; report what was taken, and what was left out and why.

        The order of events does not matter, nor how often they come. `progress` is called with the number of events so
        far.
        """
        from catalog_graph.openlineage.report import EventReport

        report = EventReport()
        rest = iter(events)
        while batch := list(islice(rest, AT_ONCE)):
            report.add(self._backend.take_events(batch))
            if progress is not None:
                progress(report.received)
        return report


def events_in(path: Path) -> Iterator[Any]:
    """Yield the events of a file: an array or an event in JSON, or NDJSON, an event each line.

    Raises `InvalidInput`, which names the line, if a text is not JSON.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        whole = strict_json(text)
    except ValueError:
        yield from _lines(path, text)
    else:
        yield from whole if isinstance(whole, list) else [whole]


def _lines(path: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield strict_json(line)
            except ValueError as error:
                reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                raise InvalidInput(f"{path}, line {number}: not JSON ({reason})") from error
