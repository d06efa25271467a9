"""Which other artifact has the same content, decided inside the transaction that registers."""

from __future__ import annotations

import heapq
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j.failures import LostRace
from catalog_graph.backends.neo4j.writing import Writing

if TYPE_CHECKING:
    from catalog_graph.backends.neo4j.registration import Request

_LOCKS = 64
"""So many writers of different contents need not wait for one another."""


class Contents:
    """The oldest artifact with each content hash that a transaction meets, its own entries included."""

    def __init__(self, writing: Writing, requests: Sequence[Request]) -> None:
        self._writing = writing
        self._by_hash: dict[str, list[tuple[str, str]]] = defaultdict(list)
        entries = [entry for request in requests for entry in request.entries]
        hashes = sorted({entry.content_hash for entry in entries if entry.content_hash})
        if hashes:
            decisive = [r for r in requests if r.on_duplicate != "warn"]
            self._lock(entry.content_hash for request in decisive for entry in request.entries)
            self._look_up(hashes, [entry.artifact_id for entry in entries])
            if any(r.on_duplicate == "reuse" for r in requests):
                self._lock_originals()
            for entry in entries:
                self.note(writing.locked(entry.artifact_id))

    def oldest_other(self, sent: CatalogEntry) -> str | None:
        """The id of the oldest registered artifact with the content of `sent`, itself left out."""
        heap = self._by_hash[sent.content_hash]
        own = []
        while heap and (heap[0][1] == sent.artifact_id or not self._still_has(heap[0][1], sent.content_hash)):
            top = heapq.heappop(heap)
            if top[1] == sent.artifact_id:
                own.append(top)
        oldest = heap[0][1] if heap else None
        for entry in own:
            heapq.heappush(heap, entry)
        return oldest

    def note(self, entry: CatalogEntry | None) -> None:
        """Take an entry of this transaction into account."""
        if entry is not None and entry.state == "registered" and entry.content_hash:
            heapq.heappush(self._by_hash[entry.content_hash], (entry.created_at, entry.artifact_id))

    def _lock(self, hashes: Iterable[str]) -> None:
        # Of two writers of one content, the second has to see what the first one stored.
        names = sorted({f"content-{zlib.crc32(text.encode()) % _LOCKS}" for text in hashes if text})
        if names:
            self._writing.transaction.run("store/take_locks", names=names)

    def _look_up(self, hashes: list[str], without: list[str]) -> None:
        [row] = self._writing.transaction.run("artifacts/oldest_by_hash", hashes=hashes, without=without)
        for content_hash, created_at, artifact_id in row["oldest"]:
            self._by_hash[content_hash].append((created_at, artifact_id))

    def _lock_originals(self) -> None:
        found = {text: heap[0][1] for text, heap in self._by_hash.items()}
        self._writing.lock(found.values())
        for content_hash, artifact_id in found.items():
            if not self._still_has(artifact_id, content_hash):
                raise LostRace

    def _still_has(self, artifact_id: str, content_hash: str) -> bool:
        if not self._writing.knows(artifact_id):
            return True
        entry = self._writing.entry(artifact_id)
        return entry is not None and entry.state == "registered" and entry.content_hash == content_hash
