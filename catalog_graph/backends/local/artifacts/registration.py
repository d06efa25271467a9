"""Registering a batch: what is costly is worked out before the file is locked, what is stored is decided then."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration, merged, version_number
from catalog_graph.backends.batches import refuse_copies
from catalog_graph.backends.local.artifacts import records
from catalog_graph.backends.local.artifacts.editing import added_parents, forgiving
from catalog_graph.backends.local.artifacts.entries import by_ids
from catalog_graph.backends.local.artifacts.records import Stored
from catalog_graph.backends.local.artifacts.tables import now, store
from catalog_graph.backends.local.flowyml.log import clear_log
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.search.finding import with_content
from catalog_graph.backends.local.search.index import Labelled
from catalog_graph.checks import checked_merge, checked_parents
from catalog_graph.instants import from_microseconds, microseconds

Age = tuple[int, str]
"""When an artifact was created, and its id: the oldest is the least."""


def register(
    connection: sqlite3.Connection,
    entries: Sequence[CatalogEntry],
    labels: Labelled,
    on_duplicate: OnDuplicate,
) -> list[Registration]:
    """Store a batch in the caller's transaction; see `CatalogBackend._register`."""
    batch = _Batch(connection, on_duplicate)
    batch.load(entries)
    answers = [batch.add(entry) for entry in entries]
    refuse_copies(batch.copies)
    for entry in entries:
        batch.link(entry)
    batch.write(labels)
    return answers


class _Batch:
    """What the batch makes of each artifact that it touches."""

    def __init__(self, connection: sqlite3.Connection, on_duplicate: OnDuplicate) -> None:
        self.copies: dict[str, str] = {}
        """Refused: the id that was sent, and the id that has its content."""
        self._connection = connection
        self._on_duplicate = on_duplicate
        self._instant = now()
        self._now = from_microseconds(self._instant)
        self._old: dict[str, CatalogEntry] = {}
        self._new: dict[str, CatalogEntry] = {}
        self._stored_as: dict[str, str] = {}
        self._as_sent: set[str] = set()
        self._oldest = _Oldest(connection, self._new)
        self._last_version: dict[str, int] = {}

    def load(self, entries: Sequence[CatalogEntry]) -> None:
        """Read what is known under the ids of the batch."""
        self._old = by_ids(self._connection, [entry.artifact_id for entry in entries])

    def add(self, sent: CatalogEntry) -> Registration:
        """Decide what becomes of one entry, its parents apart: they may be reused ones, which shows later."""
        other = self._oldest.other(sent)
        if other is not None and self._on_duplicate == "error":
            self.copies[sent.artifact_id] = other
            return Registration(other, False)
        if other is not None and self._on_duplicate == "reuse":
            return self._reuse(other, sent)
        old = self._old.get(sent.artifact_id)
        entry = self._merged(old, replace(sent, parent_ids=[]))
        entry.version = self._numbered(entry)
        self._keep(sent, entry)
        created = old is None or old.state != "registered"
        if created:
            self._as_sent.add(entry.artifact_id)
        return Registration(entry.artifact_id, created, entry.version, other)

    def link(self, sent: CatalogEntry) -> None:
        """Add the parents of one entry to what it is stored as."""
        entry = self._new[self._stored_as[sent.artifact_id]]
        parents = checked_parents(entry.artifact_id, [self._stored_as.get(p, p) for p in sent.parent_ids])
        entry.parent_ids = added_parents(entry, parents)

    def write(self, labels: Labelled) -> None:
        """Store it all; raises `CycleRefused`."""
        connection, instant = self._connection, self._instant
        known = {node for node, _ in nodes_of(connection, self._new).values()}
        documents = [
            Stored(entry, microseconds(entry.created_at), microseconds(entry.recorded_at))
            for entry in self._new.values()
        ]
        here = {i for i, entry in self._old.items() if entry.state == "registered"}
        records.insert(connection, [d.entry for d in documents if d.entry.artifact_id not in here])
        records.update(connection, [d.entry for d in documents if d.entry.artifact_id in here])
        new_edges = store(connection, documents, [instant] * len(documents), self._still_right(labels))
        # An artifact that is new has no children but in the batch, whose own cycles were looked for, unless
        # reusing artifacts has joined what was apart.
        reused = any(given != stored for given, stored in self._stored_as.items())
        refuse_cycles(connection, [edge for edge in new_edges if reused or edge[0] in known])
        clear_log(connection)

    def _reuse(self, artifact_id: str, sent: CatalogEntry) -> Registration:
        if artifact_id not in self._new and artifact_id not in self._old:
            self._old |= by_ids(self._connection, [artifact_id])
        old = self._new.get(artifact_id) or self._old[artifact_id]
        self._as_sent.discard(artifact_id)
        tags_alone = CatalogEntry(artifact_id=artifact_id, tags=sent.tags)
        self._keep(sent, self._merged(old, tags_alone))
        return Registration(artifact_id, False, old.version, artifact_id)

    def _merged(self, old: CatalogEntry | None, sent: CatalogEntry) -> CatalogEntry:
        if old is not None:
            forgiving(lambda: checked_merge(replace(old, parent_ids=[]), sent, self._now))
        return merged(old, sent, self._now)

    def _keep(self, sent: CatalogEntry, entry: CatalogEntry) -> None:
        self._new[entry.artifact_id] = entry
        self._stored_as[sent.artifact_id] = entry.artifact_id
        self._oldest.add(entry)

    def _numbered(self, entry: CatalogEntry) -> str:
        """The version of an entry, the next number of its name where it has none."""
        last = self._last_version.get(entry.name)
        if last is None:
            find = "SELECT last FROM cg_version WHERE name = ?"
            row = self._connection.execute(find, (entry.name,)).fetchone()
            last = row[0] if row else 0
        version = entry.version or str(last + 1)
        self._last_version[entry.name] = max(last, version_number(version) or 0)
        return version

    def _still_right(self, labels: Labelled) -> Labelled:
        """The labels that were worked out for entries that nothing was merged into, with their versions."""
        labeller = labels.labeller
        slots = {
            artifact_id: list({*labels.slots[artifact_id], labeller.version_slot(self._new[artifact_id].version or "")})
            for artifact_id in self._as_sent
        }
        return Labelled(labeller, slots)


class _Oldest:
    """The oldest artifacts with a content hash, in the file and in the batch."""

    def __init__(self, connection: sqlite3.Connection, batch: Mapping[str, CatalogEntry]) -> None:
        self._connection = connection
        self._batch = batch
        self._in_file: dict[str, list[Age]] = {}
        """The youngest first, without those that the batch has touched: they may differ by now."""
        self._in_batch: dict[str, list[Age]] = {}

    def other(self, sent: CatalogEntry) -> str | None:
        """The oldest artifact with the content of `sent`, itself apart."""
        content, own_id = sent.content_hash, sent.artifact_id
        if not content:
            return None
        in_file = self._in_file.get(content)
        if in_file is None:
            in_file = self._in_file[content] = with_content(self._connection, content)[::-1]
        while in_file and in_file[-1][1] in self._batch:
            in_file.pop()
        oldest = next((age for age in reversed(in_file) if age[1] != own_id and age[1] not in self._batch), None)
        ages = [age for age in self._in_batch.get(content, ()) if age[1] != own_id] + ([oldest] if oldest else [])
        return min(ages)[1] if ages else None

    def add(self, entry: CatalogEntry) -> None:
        """Count an entry of the batch."""
        if entry.content_hash:
            ages = {*self._in_batch.get(entry.content_hash, ()), (microseconds(entry.created_at), entry.artifact_id)}
            self._in_batch[entry.content_hash] = sorted(ages)[:2]
