"""The record of an artifact in a seal, and the Merkle roots over records; `docs/reference/seals.md` has the format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from catalog_graph.seals.canonical import canonical, canonical_texts
from catalog_graph.seals.scratch import Scratch

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.cards import Card

BATCH = 200
"""Artifacts that are read, and whose roots are computed, at a time."""
T = TypeVar("T")
Record = Mapping[str, Any]
"""A record as JSON: the fields of `FIELDS`."""
FIELDS = ("artifact_id", "artifact_type", "content_hash", "name", "parents", "state", "uri", "version")
"""The fields of a record, all sealed. `parents` are the sorted ids of the direct parents."""


class Node(NamedTuple):
    """An artifact of an ancestry."""

    record: Record
    claims: bytes
    """SHA-256 of the canonical JSON of its tags and metadata."""


_SIZE = hashlib.sha256().digest_size
_NO_CLAIMS = hashlib.sha256(b'{"metadata":{},"tags":{}}').digest()


def node_of(entry: CatalogEntry, parents: Iterable[str]) -> Node:
    """Return the node of a registered artifact."""
    record = _record(entry, parents, entry.content_hash or "", entry.uri or "")
    return Node(record, _digest(canonical({"metadata": entry.metadata, "tags": entry.tags})))


def node_without_entry(card: Card, parents: Iterable[str]) -> Node:
    """Return the node of an artifact that is deleted or was never registered: its card alone, and no claims."""
    return Node(_record(card, parents), _NO_CLAIMS)


def _record(artifact: CatalogEntry | Card, parents: Iterable[str], content_hash: str = "", uri: str = "") -> Record:
    return {
        "artifact_id": artifact.artifact_id,
        "artifact_type": artifact.artifact_type,
        "content_hash": content_hash,
        "name": artifact.name,
        "parents": sorted(parents),
        "state": artifact.state,
        "uri": uri,
        "version": artifact.version or None,
    }


class Roots:
    """The Merkle roots of artifacts, computed parents first, and kept in a temporary file.

    A root is the SHA-256 of an artifact's own bytes and then of the roots of its parents, 32 bytes each, in the order
    of `parents`. Its own bytes are the canonical JSON of its record; for the second root, the digest of its claims.
    """

    def __init__(self) -> None:
        self._file = Scratch("CREATE TABLE root (id TEXT PRIMARY KEY, pair BLOB NOT NULL) WITHOUT ROWID")
        self._near: dict[str, bytes] = {}
        """Both roots of artifacts that are at hand; empty for one that is not added."""
        self._new: list[tuple[str, bytes]] = []

    def look_ahead(self, records: Iterable[Record]) -> None:
        """Have all at hand that is needed to add these next; this saves a query for each parent."""
        self._file.executemany("INSERT INTO root VALUES (?, ?)", self._new)
        self._new.clear()
        self._near = dict.fromkeys((i for r in records for i in (r["artifact_id"], *r["parents"])), b"")
        statement = "SELECT r.id, r.pair FROM json_each(?) j CROSS JOIN root r ON r.id = j.value"
        self._near.update(self._file.execute(statement, (json.dumps(list(self._near)),)))

    def add(self, record: Record, own: bytes, claims: bytes) -> None:
        """Add an artifact whose parents are added: its record, the canonical JSON of that, and its claims."""
        parents = [self._pair(parent) for parent in record["parents"]]
        pair = _digest(own, *(each[:_SIZE] for each in parents)) + _digest(claims, *(each[_SIZE:] for each in parents))
        self._near[record["artifact_id"]] = pair
        self._new.append((record["artifact_id"], pair))

    def __contains__(self, artifact_id: str) -> bool:
        return bool(self._near.get(artifact_id))

    def of(self, artifact_id: str) -> tuple[str, str]:
        """Return the two roots of an artifact that is at hand, as hexadecimal digits."""
        pair = self._pair(artifact_id)
        return pair[:_SIZE].hex(), pair[_SIZE:].hex()

    def _pair(self, artifact_id: str) -> bytes:
        if pair := self._near.get(artifact_id):
            return pair
        raise KeyError(artifact_id)


def roots_of(nodes: Iterable[Node]) -> tuple[str, str]:
    """Return the two roots of the last of some nodes, which come parents first."""
    roots, last = Roots(), ""
    for batch in batches(nodes):
        roots.look_ahead(node.record for node in batch)
        for node in batch:
            roots.add(node.record, canonical_texts(node.record), node.claims)
            last = node.record["artifact_id"]
    return roots.of(last)


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield values in lists of `BATCH`."""
    source = iter(values)
    return iter(lambda: list(islice(source, BATCH)), [])


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
