"""The wait for a server that has not reached the bookmarks of a caller.

Neo4j waits twice for `db.transaction.bookmark_ready_timeout`, 30 s by default, whatever time limit a transaction has.
So what may wait runs in a thread, which is left behind after a shorter time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from catalog_graph.errors import StoreLags

T = TypeVar("T")
WAITING = 32
"""Maximum queries that may wait for a bookmark, with those that are left behind."""


class LagLimit:
    """Time limit, in seconds, of waiting for a server that is behind."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(WAITING, "bookmark")

    def run(self, query: Callable[[], T], reach: Callable[[], object]) -> T:
        """Return the answer of a query; raise `StoreLags` if it takes longer than the limit, and `reach` does too.

        `reach` waits for the same bookmarks and does nothing else. A query that is only slow has all the time it takes.
        """
        running = self._pool.submit(copy_context().run, query)
        try:
            return running.result(self._seconds)
        except TimeoutError:
            if running.done():
                raise
        self.wait(reach)
        return running.result()

    def wait(self, reach: Callable[[], object]) -> None:
        """Wait for bookmarks; raise `StoreLags` after the limit."""
        running = self._pool.submit(copy_context().run, reach)
        try:
            running.result(self._seconds)
        except TimeoutError:
            if running.done():
                raise
            raise behind() from None

    def close(self) -> None:
        """Start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def behind() -> StoreLags:
    """Return the error of a server that is behind."""
    return StoreLags(
        "the database server is behind what this client has seen (the bookmarks of its earlier answers): try again. If "
        "the database was restored from a backup, connect anew"
    )
