"""Queues: each class of work has places of its own, and a bounded queue in front of them.

So a crowd of one class holds up no other, and whoever finds the queue full is told at once to come back later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from catalog_graph.errors import Overloaded
from catalog_graph.server.settings import ServerSettings

Work = Literal["reads", "traversals", "writes", "registrations", "batches", "streams", "watchers"]
"""Classes of work: what reads a few artifacts, what walks the lineage, what changes the catalog, single registrations
that wait for a group without a thread, large batches, imports and exports, and streams of events, which hold no thread
and never end."""

STREAMS = 8
"""Imports and exports that run at the same time: each may last minutes, and an export holds a connection."""
BATCHES_WAITING = 4
"""Large batches that wait, at most: each keeps its body in memory, and the one that runs six times its body."""
REGISTRATIONS = 256
"""Single registrations that wait for a group: twice the size of one, so that the next is complete in time."""
SPARE_THREADS = 4
"""Threads for what has no queue: health, the page, and the parsing of bodies."""
_WRITES = ("writes", "registrations", "batches")
WARNING_SECONDS = 60.0
"""Seconds between two warnings about one queue."""
_logger = logging.getLogger("catalog_graph.queues")


class Queue:
    """Places for requests that run, and for `length` more that wait for one, `patience` seconds at most."""

    def __init__(self, work: Work, places: int, length: int, patience: float) -> None:
        self.work = work
        self.places = places
        self.length = length
        self.patience = patience
        self.running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._warned = -WARNING_SECONDS

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a place."""
        return len(self._waiting)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place, in the order of arrival; raise `Overloaded` if the queue is full, or the wait too long."""
        if self.running < self.places:
            self.running += 1
        else:
            await self._wait()
        try:
            yield
        finally:
            self._leave()

    async def _wait(self) -> None:
        """Wait until a place is handed over."""
        if len(self._waiting) >= self.length:
            state = "connected" if self.work == "watchers" else "running"
            reason = f"{self.places:,} {self.work} are {state}"
            raise self._overloaded(f"{self.length:,} {self.work} wait already" if self.length else reason)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self.patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave()  # the place was handed over at the last moment
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise self._overloaded(f"no place among the {self.work} in {self.patience:g} s") from None
            raise

    def _leave(self) -> None:
        """Hand the place to the request that has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1

    def _overloaded(self, reason: str) -> Overloaded:
        if time.monotonic() - self._warned >= WARNING_SECONDS:
            self._warned = time.monotonic()
            setting = "WATCHERS" if self.work == "watchers" else "QUEUE"
            _logger.warning("A limit is reached: %s (CATALOG_GRAPH_MAX_%s).", reason, setting)
        return Overloaded(f"the service is busy: {reason}; try again later")


class Queues:
    """The queues of a service, one for each class of work."""

    def __init__(self, settings: ServerSettings) -> None:
        half = (settings.threads + 1) // 2
        places: dict[Work, int] = {
            "reads": half,
            "writes": max(1, settings.threads - half),
            "traversals": settings.max_traversals,
            "registrations": REGISTRATIONS,
            "batches": 1,
            "streams": STREAMS,
            "watchers": settings.max_watchers,
        }
        waiting: dict[Work, int] = {"batches": min(BATCHES_WAITING, settings.max_queue), "watchers": 0}
        self.by_work = {
            work: Queue(
                work,
                count,
                waiting.get(work, settings.max_queue),
                settings.write_wait if work in _WRITES else settings.query_timeout,
            )
            for work, count in places.items()
        }
        self.threads = sum(places.values()) - REGISTRATIONS - settings.max_watchers + SPARE_THREADS
        """Threads that all places together need."""

    @property
    def waiting(self) -> int:
        """Number of requests that wait for a place."""
        return sum(queue.waiting for queue in self.by_work.values())
