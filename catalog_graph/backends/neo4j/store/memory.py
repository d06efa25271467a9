"""Memory of Neo4j's transactions: what would not fit is refused before it starts, and what fits waits for its turn.

All transactions share 70 % of the heap. The estimate was measured on Neo4j 2026.09 (`docs/decisions/batches.md`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import LimitExceeded, Overloaded

SHARE = 0.65
"""Share of the heap that batches may take."""
PER_ARTIFACT, PER_EDGE, PER_STUB = 20_000, 2_800, 5_300
PER_BYTE, PER_INDEXED_BYTE = 7.3, 80
"""Bytes for each byte of metadata; and of tags and names, each word of which is a term of an index."""
WAIT_SECONDS = 20.0
"""Maximum seconds to wait for other batches."""


def needed_memory(entries: Iterable[CatalogEntry]) -> int:
    """Return the bytes that a transaction takes at most to register these entries, as far as they tell."""
    total, ids, parents = 0.0, set(), set()
    for entry in entries:
        ids.add(entry.artifact_id)
        parents.update(entry.parent_ids)
        indexed = _size(entry.tags) + len(entry.name) + len(entry.artifact_type) + len(entry.source_pipeline)
        total += PER_ARTIFACT + PER_EDGE * len(entry.parent_ids)
        total += PER_BYTE * (_size(entry.metadata) + len(entry.uri)) + PER_INDEXED_BYTE * indexed
    return int(total) + PER_STUB * len(parents - ids)


def _size(value: object) -> int:
    """Return about the length of a JSON value as text, in a fraction of the time that writing it takes."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, dict):
        return 2 + sum(len(str(key)) + 4 + _size(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(_size(each) + 1 for each in value)
    return 8


class TransactionMemory:
    """The memory of one Neo4j that batches share; without a `heap`, in bytes, nothing is known and nothing refused."""

    def __init__(self, heap: int | None) -> None:
        self.limit = None if heap is None else int(heap * SHARE)
        self._held = 0
        self._turns: list[object] = []
        self._changed = threading.Condition()

    def held(self, entries: Sequence[CatalogEntry]) -> AbstractContextManager[None]:
        """Hold the memory that it takes to register these entries, as `reserved` does."""
        return self.reserved(len(entries), 0 if self.limit is None else needed_memory(entries))

    @contextmanager
    def reserved(self, count: int, needed: int) -> Iterator[None]:
        """Hold the bytes that a batch of so many artifacts needs, one batch after the other.

        Raises `LimitExceeded` if they need more than there is, `Overloaded` if others hold it for too long.
        """
        if self.limit is None:
            yield
            return
        if needed > self.limit:
            fitting = max(1, count * self.limit // needed)
            raise LimitExceeded(
                f"{count:,} artifacts like these take about {needed / 1e6:,.0f} MB of Neo4j's memory, of which "
                f"one transaction may have {self.limit / 1e6:,.0f} MB; send at most {fitting:,} of them at a time, or "
                "raise CATALOG_GRAPH_NEO4J_HEAP"
            )
        self._take(needed)
        try:
            yield
        finally:
            with self._changed:
                self._held -= needed
                self._changed.notify_all()

    def _take(self, needed: int) -> None:
        assert self.limit is not None
        turn, deadline = object(), time.monotonic() + WAIT_SECONDS
        with self._changed:
            self._turns.append(turn)
            try:
                while self._turns[0] is not turn or self._held + needed > self.limit:
                    if not self._changed.wait(deadline - time.monotonic()):
                        raise Overloaded("other batches hold the memory of Neo4j's transactions; try again later")
                self._held += needed
            finally:
                self._turns.remove(turn)
                self._changed.notify_all()
