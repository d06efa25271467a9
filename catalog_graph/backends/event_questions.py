"""Questions about events, and which events they select."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.changes import checked_kinds
from catalog_graph.changes.change import ChangeKind
from catalog_graph.changes.event import Event, Place


class Followed(NamedTuple):
    """An event, and what is known of the artifacts that it is about: of a moved alias, both holders."""

    event: Event
    subjects: list[CatalogEntry]


@dataclass(frozen=True)
class EventQuestion:
    """The events to follow, with checked values."""

    after: Place | None = None
    """Only events behind this place; `None`: only those of changes that are still to come."""
    query: str = ""
    """A text of the query language that one of the artifacts must match; empty selects everything."""
    kinds: tuple[ChangeKind, ...] = ()
    """Any kind if empty."""

    def selected(self, items: Iterable[Followed]) -> Iterator[Event]:
        """Yield those events of a page that the question is about.

        News of missing changes are about every question, and so are changes of what is purged since, of which nothing
        is left to compare.
        """
        from catalog_graph.query.language import parse
        from catalog_graph.query.match import matches

        query = parse(self.query)  # anew for each page, since ages in it count back from now
        for event, subjects in items:
            of_kind = not self.kinds or event.kind in self.kinds
            is_match = not subjects or any(matches(query, entry, entry.aliases) for entry in subjects)
            if event.kind == "missing" or (of_kind and is_match):
                yield event


def checked_question(after: Any, query: str, kinds: Iterable[str]) -> EventQuestion:
    """Return the question with checked values. Raises `InvalidInput`, `InvalidQuery`."""
    from catalog_graph.query.language import parse

    parse(checks.checked_query(query))
    return EventQuestion(None if after is None else Place.of(after), query, checked_kinds(kinds))
