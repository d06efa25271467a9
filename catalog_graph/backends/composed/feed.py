"""Events, page by page, over the transactions that a store keeps."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.changes import StoreChanges
from catalog_graph.backends.event_questions import EventQuestion, Followed
from catalog_graph.backends.feed import FeedInterface
from catalog_graph.changes.change import Change
from catalog_graph.changes.event import Event, Place, event_of, missing
from catalog_graph.changes.reading import RecordRange, changes_behind
from catalog_graph.errors import InvalidInput

PAGE = 200
"""Changes that are read at a time, each with its artifact."""
POLL_SECONDS = 0.5
"""Seconds between two looks at the record of a store, in which nobody tells that it has grown."""


class EventPage(NamedTuple):
    """Events in order, and the place behind them."""

    items: list[Followed]
    place: Place


class StoreFeed(StoreChanges, FeedInterface, ABC):
    """Events of a store."""

    @abstractmethod
    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        """Return registered and deleted artifacts by id, as `FindingInterface._last_known` does."""

    def last_place(self) -> Place:
        """Return the place behind the newest change. Raises `StoreUnavailable`."""
        return Place(self._record_bounds().last)

    def start_of(self, question: EventQuestion) -> Place:
        """Return the place behind which a question begins. Raises `InvalidInput` if the record is not there yet."""
        last = self.last_place()
        if question.after is None or question.after <= last:
            return question.after or last
        raise InvalidInput(
            f"after {question.after} is ahead of the record, whose last transaction has the number {last}; is this "
            "another catalog? leave after out to follow it from now on",
            field="after",
        )

    def event_page(self, after: Place) -> EventPage:
        """Return the first events behind a place; none if there is none yet. Raises `StoreUnavailable`."""
        bounds = self._record_bounds()
        end = Place(bounds.last)
        if after >= end:
            return EventPage([], after)
        following = after.number if after < Place(after.number) else after.number + 1
        if following < bounds.first:
            gap = missing(following, bounds.first - 1, bounds.since or "")
            return EventPage([Followed(gap, [])], Place(bounds.first - 1))
        span = RecordRange(following, bounds.last, newest=False, limit=PAGE)
        behind = islice(changes_behind(span, after, PAGE, self._recorded), PAGE)
        changes = [(Place(*place), change) for place, change in behind]
        ids = dict.fromkeys(each for _, change in changes for each in _subjects(change))
        known = {i: entry for i, entry in self._last_known(list(ids)).items() if entry.name}
        items = [
            Followed(
                event_of(place, change, _shown(known.get(change.artifact_id or ""))),
                [known[each] for each in _subjects(change) if each in known],
            )
            for place, change in changes
        ]
        return EventPage(items, changes[-1][0] if len(changes) == PAGE else end)

    def _follow(self, question: EventQuestion, *, for_ever: bool) -> Iterator[Event]:
        # The first look is at once, not at the first event.
        return self._followed(question, self.start_of(question), for_ever)

    def _followed(self, question: EventQuestion, place: Place, for_ever: bool) -> Iterator[Event]:
        while True:
            page = self.event_page(place)
            yield from question.selected(page.items)
            if page.place == place:
                if not for_ever:
                    return
                time.sleep(POLL_SECONDS)
            place = page.place


def _subjects(change: Change) -> Iterable[str]:
    """Return the ids of the artifacts that a change is about."""
    ids = (change.artifact_id, change.details.get("before"), change.details.get("after"))
    return (each for each in dict.fromkeys(ids) if each)


def _shown(entry: CatalogEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    names = ("name", "artifact_type", "version", "state")
    return {**{name: getattr(entry, name) for name in names}, "aliases": sorted(entry.aliases)}
