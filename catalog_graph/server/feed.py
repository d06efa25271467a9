"""The change record as it grows, read once for all who follow it at the same time."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.composed.feed import POLL_SECONDS, EventPage
from catalog_graph.changes.event import Place

_PAGES = 16
"""Pages that are kept for readers who come to the same place."""
_THREADS = 2
T = TypeVar("T")


class _Reading(NamedTuple):
    began: float
    page: asyncio.Task[EventPage]

    def is_recent(self) -> bool:
        """Return True if others may have the same page."""
        if not self.page.done():
            return True
        if self.page.cancelled() or self.page.exception() is not None:
            return False
        return time.monotonic() - self.began < POLL_SECONDS


class Feed:
    """Reads pages of events in threads of its own, so that readers take none from requests."""

    def __init__(self, store: StoreBackend) -> None:
        self.store = store
        self._threads = CapacityLimiter(_THREADS)
        self._readings: OrderedDict[Place, _Reading] = OrderedDict()

    async def page(self, after: Place) -> EventPage:
        """Return the events behind a place, at most half a second old. Raises the errors of the store."""
        reading = self._readings.get(after)
        if reading is None or not reading.is_recent():
            task = asyncio.create_task(self.new_page(after))
            reading = self._readings[after] = _Reading(time.monotonic(), task)
        self._readings.move_to_end(after)
        while len(self._readings) > _PAGES:
            self._readings.popitem(last=False)
        await asyncio.wait({reading.page})  # a reader that leaves does not cancel it for the others
        return reading.page.result()

    async def new_page(self, after: Place) -> EventPage:
        """Return the events behind a place as they are now. Raises the errors of the store."""
        return await self.in_thread(lambda: self.store.event_page(after))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run in one of the feed's threads."""
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)
