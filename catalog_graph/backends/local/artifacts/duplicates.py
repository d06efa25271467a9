"""Duplicates: registered artifacts with the same content hash, oldest first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.search.sources import REGISTERED, SortKey
from catalog_graph.instants import microseconds

_WITH_CONTENT = (
    f"SELECT s.created, s.artifact_id FROM json_each(?) j CROSS JOIN {REGISTERED} "
    "WHERE a.content_hash = j.value ORDER BY s.created, s.artifact_id"
)
_IDS_WITH_CONTENT = (
    f"SELECT a.content_hash, s.artifact_id FROM json_each(?) j CROSS JOIN {REGISTERED} "
    "WHERE a.content_hash = j.value ORDER BY s.artifact_id"
)


def with_content(connection: sqlite3.Connection, content_hash: str) -> list[SortKey]:
    """Return creation and id of the artifacts with this content hash, oldest first."""
    # Passed as JSON, because SQLite does not take every text as a parameter.
    return connection.execute(_WITH_CONTENT, (json.dumps([content_hash]),)).fetchall()


def ids_with_content(connection: sqlite3.Connection, hashes: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids of the registered artifacts with each of these content hashes, sorted, by hash."""
    ids: dict[str, list[str]] = {}
    for content_hash, artifact_id in connection.execute(_IDS_WITH_CONTENT, (json.dumps(list(hashes)),)):
        ids.setdefault(content_hash, []).append(artifact_id)
    return ids


class Duplicates:
    """The oldest artifacts with each content hash, in the file and in a batch that is being registered."""

    def __init__(self, connection: sqlite3.Connection, batch: Mapping[str, CatalogEntry]) -> None:
        """Look for duplicates in `batch`, by id, which may grow, and among the artifacts outside it."""
        self._connection = connection
        self._batch = batch
        self._in_file: dict[str, list[SortKey]] = {}
        """Youngest first, without artifacts of the batch, whose content may have changed."""
        self._in_batch: dict[str, list[SortKey]] = {}
        """The two oldest."""

    def oldest_other(self, entry: CatalogEntry) -> str | None:
        """Return the id of the oldest artifact with the content of `entry`, apart from itself."""
        content_hash, own_id = entry.content_hash, entry.artifact_id
        if not content_hash:
            return None
        in_file = self._in_file.get(content_hash)
        if in_file is None:
            in_file = self._in_file[content_hash] = with_content(self._connection, content_hash)[::-1]
        while in_file and in_file[-1][1] in self._batch:
            in_file.pop()
        oldest = next((key for key in reversed(in_file) if key[1] != own_id and key[1] not in self._batch), None)
        others = [key for key in self._in_batch.get(content_hash, ()) if key[1] != own_id]
        if oldest:
            others.append(oldest)
        return min(others)[1] if others else None

    def add(self, entry: CatalogEntry) -> None:
        """Take an entry of the batch into account."""
        if entry.content_hash:
            keys = {*self._in_batch.get(entry.content_hash, ()), (microseconds(entry.created_at), entry.artifact_id)}
            self._in_batch[entry.content_hash] = sorted(keys)[:2]
