"""Registration of a batch: merges, versions, duplicates and cycles, decided in the transaction that stores them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration, merged, version_number
from catalog_graph.backends.batches import refuse_copies
from catalog_graph.backends.local.artifacts.duplicates import Duplicates
from catalog_graph.backends.local.artifacts.editing import limits_only, with_parents
from catalog_graph.backends.local.artifacts.indexing import index_documents
from catalog_graph.backends.local.artifacts.lookup import by_ids
from catalog_graph.backends.local.artifacts.names import holders
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.lineage.graph import hidden_of, nodes_of, restores, stubs_of
from catalog_graph.backends.local.lineage.lives import any_deleted
from catalog_graph.backends.local.search.index import Labels
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document
from catalog_graph.backends.parent_warnings import about_deleted, with_parent_warnings
from catalog_graph.changes.recording import entry_items
from catalog_graph.checks import checked_merge, checked_parents
from catalog_graph.instants import from_microseconds


def register(
    connection: sqlite3.Connection,
    entries: Sequence[CatalogEntry],
    labels: Labels,
    on_duplicate: OnDuplicate,
) -> list[Registration]:
    """Register a batch in the caller's transaction; see `CatalogBackend._register`."""
    batch = _Batch(connection, on_duplicate)
    batch.load(entries)
    answers = [batch.add(entry) for entry in entries]
    refuse_copies(batch.copies)
    for entry in entries:
        batch.link(entry)
    batch.write(labels)
    unregistered = batch.unregistered_parents(entries)
    return with_parent_warnings(answers, unregistered, partial(holders, connection), batch.about_deleted(entries))


class _Batch:
    """The new state of each artifact that a batch of submitted entries affects."""

    def __init__(self, connection: sqlite3.Connection, on_duplicate: OnDuplicate) -> None:
        self.copies: dict[str, str] = {}
        """Refused duplicates: the submitted id, and the id that has its content."""
        self._connection = connection
        self._on_duplicate = on_duplicate
        self._instant = now()
        self._now = from_microseconds(self._instant)
        self._old: dict[str, CatalogEntry] = {}
        self._new: dict[str, CatalogEntry] = {}
        self._target: dict[str, str] = {}
        """For each submitted id, the id of the artifact that its entry became part of."""
        self._not_merged: set[str] = set()
        """Ids of new artifacts that are stored as submitted, but for their version."""
        self._duplicates = Duplicates(connection, self._new)
        self._last_version: dict[str, int] = {}
        self._hidden: set[str] = set()
        """Ids of parents outside the batch that are hidden."""

    def load(self, entries: Sequence[CatalogEntry]) -> None:
        """Read the present state of the artifacts with the ids of the batch."""
        self._old = by_ids(self._connection, [entry.artifact_id for entry in entries])
        if any_deleted(self._connection):
            parents = {parent_id for entry in entries for parent_id in entry.parent_ids}
            self._hidden = hidden_of(self._connection, parents) - {entry.artifact_id for entry in entries}

    def add(self, submitted: CatalogEntry) -> Registration:
        """Decide the new state of one entry without its parents, some of which may turn out to be reused ones."""
        other = self._duplicates.oldest_other(submitted)
        if other is not None and self._on_duplicate == "error":
            self.copies[submitted.artifact_id] = other
            return Registration(other, False)
        if other is not None and self._on_duplicate == "reuse":
            return self._reuse(other, submitted)
        old = self._old.get(submitted.artifact_id)
        entry = self._merged(old, replace(submitted, parent_ids=[]))
        entry.version = self._numbered(entry)
        self._put(submitted, entry)
        created = old is None or old.state != "registered"
        if created:
            self._not_merged.add(entry.artifact_id)
        return Registration(entry.artifact_id, created, entry.version, other)

    def link(self, submitted: CatalogEntry) -> None:
        """Add the parents of one entry to its new state."""
        entry = self._new[self._target[submitted.artifact_id]]
        parents = checked_parents(entry.artifact_id, [self._target.get(p, p) for p in submitted.parent_ids])
        entry.parent_ids = with_parents(entry, parents)

    def write(self, labels: Labels) -> None:
        """Store the new state of all artifacts; raise `CycleRefused`."""
        connection = self._connection
        known_nodes = {node for node, _ in nodes_of(connection, self._new).values()}
        documents = [Document.of(entry, place) for place, entry in enumerate(self._new.values())]
        present = {i for i, entry in self._old.items() if entry.state == "registered"}
        records.insert(connection, [e for i, e in self._new.items() if i not in present])
        records.update(connection, [e for i, e in self._new.items() if i in present])
        recorder_of(connection).add(
            each for i, entry in self._new.items() for each in entry_items(self._old.get(i), entry)
        )
        instants = [self._instant] * len(documents)
        new_edges = index_documents(connection, documents, instants, self._valid(labels))
        # A new artifact has children in the batch alone, whose own cycles are refused before; but reuse may connect
        # artifacts that were separate.
        reused = any(submitted_id != target for submitted_id, target in self._target.items())
        # So may a deleted artifact that becomes a parent, with the edges that its deletion ended.
        connected = reused or restores(connection, new_edges)
        refuse_cycles(connection, [edge for edge in new_edges if connected or edge[0] in known_nodes])

    def unregistered_parents(self, entries: Sequence[CatalogEntry]) -> list[list[str]]:
        """Return the parents of each submitted entry that are stubs, after `write`."""
        outside = {parent_id for entry in entries for parent_id in entry.parent_ids} - self._target.keys()
        stubs = stubs_of(self._connection, outside) if outside else set()
        return [[parent_id for parent_id in entry.parent_ids if parent_id in stubs] for entry in entries]

    def about_deleted(self, entries: Sequence[CatalogEntry]) -> list[list[str]]:
        """Return the warnings about deleted artifacts for each submitted entry."""
        return [
            about_deleted(self._old.get(e.artifact_id), [p for p in e.parent_ids if p in self._hidden]) for e in entries
        ]

    def _reuse(self, artifact_id: str, submitted: CatalogEntry) -> Registration:
        if artifact_id not in self._new and artifact_id not in self._old:
            self._old |= by_ids(self._connection, [artifact_id])
        old = self._new.get(artifact_id) or self._old[artifact_id]
        self._not_merged.discard(artifact_id)
        tags_alone = CatalogEntry(artifact_id=artifact_id, tags=submitted.tags)
        self._put(submitted, self._merged(old, tags_alone))
        return Registration(artifact_id, False, old.version, artifact_id)

    def _merged(self, old: CatalogEntry | None, submitted: CatalogEntry) -> CatalogEntry:
        if old is not None:
            with limits_only():
                checked_merge(replace(old, parent_ids=[]), submitted, self._now)
        return merged(old, submitted, self._now)

    def _put(self, submitted: CatalogEntry, entry: CatalogEntry) -> None:
        self._new[entry.artifact_id] = entry
        self._target[submitted.artifact_id] = entry.artifact_id
        self._duplicates.add(entry)

    def _numbered(self, entry: CatalogEntry) -> str:
        """Return the version of an entry, or else the next number of its name."""
        last = self._last_version.get(entry.name)
        if last is None:
            statement = "SELECT last FROM cg_version WHERE name = ?"
            row = self._connection.execute(statement, (entry.name,)).fetchone()
            last = row[0] if row else 0
        version = entry.version or str(last + 1)
        self._last_version[entry.name] = max(last, version_number(version) or 0)
        return version

    def _valid(self, labels: Labels) -> Labels:
        """Return those of the precomputed labels that still hold, with the labels of the versions."""
        labeller = labels.labeller
        slots = {
            artifact_id: list({*labels.slots[artifact_id], labeller.version_slot(self._new[artifact_id].version or "")})
            for artifact_id in self._not_merged
        }
        return Labels(labeller, slots)
