"""Duplicates: other artifacts with the same content, looked up inside the transaction that registers."""

from __future__ import annotations

import heapq
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j.store.failures import LostRace
from catalog_graph.backends.neo4j.store.transaction import Changes, Copy

if TYPE_CHECKING:
    from catalog_graph.backends.neo4j.store.transaction import Request

_LOCKS = 64
"""Locks of contents; writers whose contents fall under different locks do not wait for each other."""


class ContentIndex:
    """The oldest artifact with each content hash in a transaction, its own entries included.

    Creating it locks and reads all artifacts that the requests name: one query does both.
    """

    def __init__(self, changes: Changes, requests: Sequence[Request]) -> None:
        self._changes = changes
        self._by_hash: dict[str, list[tuple[str, str]]] = defaultdict(list)
        entries = [entry for request in requests for entry in request.entries]
        decisive = [request for request in requests if request.on_duplicate != "warn"]
        self._lock(entry.content_hash for request in decisive for entry in request.entries)
        copies = changes.lock(
            (entry.artifact_id for entry in entries),
            (parent_id for entry in entries for parent_id in entry.parent_ids),
            (entry.content_hash for entry in entries if entry.content_hash),
        )
        for copy in copies:
            self._by_hash[copy.content_hash].append((copy.created_at, copy.artifact_id))
        if any(request.on_duplicate == "reuse" for request in requests):
            self._lock_originals(copies)
        for entry in entries:
            self.note(changes.locked(entry.artifact_id))

    def oldest_other(self, entry: CatalogEntry) -> str | None:
        """Return the id of the oldest other registered artifact with the same content as `entry`, or None."""
        heap = self._by_hash[entry.content_hash]
        own = []
        while heap and (heap[0][1] == entry.artifact_id or not self._still_has(heap[0][1], entry.content_hash)):
            top = heapq.heappop(heap)
            if top[1] == entry.artifact_id:
                own.append(top)
        oldest = heap[0][1] if heap else None
        for item in own:
            heapq.heappush(heap, item)
        return oldest

    def note(self, entry: CatalogEntry | None) -> None:
        """Add an entry of this transaction to the index, if it is registered and has a content hash."""
        if entry is not None and entry.state == "registered" and entry.content_hash:
            heapq.heappush(self._by_hash[entry.content_hash], (entry.created_at, entry.artifact_id))

    def _lock(self, hashes: Iterable[str]) -> None:
        # Of two writers of the same content, the second must see what the first one stored.
        names = sorted({f"content-{zlib.crc32(text.encode()) % _LOCKS}" for text in hashes if text})
        if names:
            self._changes.transaction.run("store/take_locks", names=names)

    def _lock_originals(self, copies: list[Copy]) -> None:
        self._changes.lock(copy.artifact_id for copy in copies)
        if not all(self._still_has(copy.artifact_id, copy.content_hash) for copy in copies):
            raise LostRace

    def _still_has(self, artifact_id: str, content_hash: str) -> bool:
        if not self._changes.knows(artifact_id):
            return True
        entry = self._changes.entry(artifact_id)
        return entry is not None and entry.state == "registered" and entry.content_hash == content_hash
