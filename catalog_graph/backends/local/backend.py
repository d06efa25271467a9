"""The catalog in one SQLite file: the primitives of `StoreBackend` over it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest
from catalog_graph.answers.facts import Counts, Details, Newest
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.answers.picture import Surroundings
from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Registration
from catalog_graph.backends.batches import TagEdit
from catalog_graph.backends.composed import Sizes
from catalog_graph.backends.composed.copying import take
from catalog_graph.backends.composed.events import take as take_events
from catalog_graph.backends.composed.openlineage import Edge
from catalog_graph.backends.keys import StoredKey
from catalog_graph.backends.local.artifacts import (
    aliases,
    duplicates,
    editing,
    lookup,
    names,
    purging,
    registration,
    seals,
    tagging,
)
from catalog_graph.backends.local.artifacts.duplicates import ids_with_content
from catalog_graph.backends.local.artifacts.events import LocalEvents
from catalog_graph.backends.local.artifacts.newest import newer, newest
from catalog_graph.backends.local.copies.reading import all_records
from catalog_graph.backends.local.copies.snapshot import Snapshot, reading_at_an_instant
from catalog_graph.backends.local.copies.transaction import LocalCopy
from catalog_graph.backends.local.examined import ExaminedAnswers
from catalog_graph.backends.local.flowyml import log
from catalog_graph.backends.local.flowyml.backfill import Backfill, progress
from catalog_graph.backends.local.flowyml.progress import ProgressLine
from catalog_graph.backends.local.lineage import stamps
from catalog_graph.backends.local.lineage.adjacent import adjacent
from catalog_graph.backends.local.lineage.ancestry import ancestors
from catalog_graph.backends.local.lineage.counting import counts
from catalog_graph.backends.local.lineage.memory import KeptMemory
from catalog_graph.backends.local.lineage.surroundings import surroundings
from catalog_graph.backends.local.lineage.traversal import lineage, lineages, selected_closure
from catalog_graph.backends.local.search import counting, finding, index, reindexing, spelling
from catalog_graph.backends.local.store import change_record, erasures, idempotency, keys, schema
from catalog_graph.backends.local.store.catalog_file import CatalogFile, small_cache, without_garbage_collection
from catalog_graph.backends.local.store.group_commit import GroupCommit
from catalog_graph.backends.local.store.webhooks import LocalWebhooks
from catalog_graph.backends.observation import StoreObserver
from catalog_graph.backends.references import NamedArtifact, Standing, VersionPosition
from catalog_graph.changes.change import RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges
from catalog_graph.copies.records import Record
from catalog_graph.copies.result import Outcome
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import from_microseconds
from catalog_graph.lineage import Card, Direction, Lineage, Traversal
from catalog_graph.openlineage.batch import EventBatch
from catalog_graph.openlineage.report import EventReport
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from catalog_graph.seals.ancestry import Ancestor
from catalog_graph.seals.card import SealCard, SealPart

SLICE_SECONDS = 0.3
"""Seconds, about, for which one transaction applies what FlowyML wrote."""

Progress = Callable[[int, int], None]
"""Called with the number of rows that are indexed, and of all rows to index."""
T = TypeVar("T")


class LocalCatalogBackend(ExaminedAnswers):
    """A catalog in the SQLite file `db_path`, which is created if it does not exist.

    FlowyML's `LocalCatalogBackend` may have written the file and may go on using it at the same time, from other
    threads and processes. The first use of a file that FlowyML filled indexes its rows, about 10,000 a second.
    Meanwhile `progress` is called with the number of indexed rows and of all rows. Without `progress`, a line on
    standard error shows them if this takes longer than a second.

    Raises `InvalidInput` if `db_path` is a folder or not an SQLite database, `StoreUnavailable` if the file cannot be
    opened or written, `ConfigurationError` if a later catalog_graph wrote it.
    """

    traversals_at_once: ClassVar[int] = 100

    def __init__(self, db_path: str | Path = ".flowyml/catalog.db", *, progress: Progress | None = None) -> None:
        self._file = CatalogFile(db_path, schema.prepare)
        self.webhooks = LocalWebhooks(self._file)
        self._group_commit = GroupCommit(self._file, _catch_up_fully)
        self._memory = KeptMemory()
        self._progress = progress or ProgressLine(self.db_path)
        with self._file.read():
            pass

    @property
    def db_path(self) -> Path:
        """Path of the file."""
        return self._file.path

    def check(self) -> dict[str, Any]:
        """Return name and version of the store, version of our tables, and path of the file."""
        with self._file.read() as connection:
            version = schema.meta(connection, "schema")
        return {"store": "sqlite", "version": sqlite3.sqlite_version, "schema": version, "path": str(self.db_path)}

    def observe(self, observer: StoreObserver) -> None:
        """Report transactions and groups to `observer`."""
        self._file.observer = observer

    def sizes(self) -> Sizes:
        """Return the numbers, counted on indexes."""
        with self._file.read() as connection:
            [row] = connection.execute("SELECT (SELECT count(*) FROM cg_node), (SELECT count(*) FROM cg_edge)")
        return Sizes(*row)

    def close(self) -> None:
        """Close the connections to the file; the next call opens new ones."""
        self._memory.clear()
        self._file.close()

    # ---- changes of artifacts

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        labels = index.labels_of(entries)

        def operation(connection: sqlite3.Connection) -> list[Registration]:
            earlier = idempotency.earlier_results(connection, receipt, entries)
            if earlier is not None:
                return earlier
            results = registration.register(connection, entries, labels, on_duplicate)
            idempotency.keep_results(connection, receipt, results, entries)
            return results

        return self._write(operation)

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        return self._write(lambda connection: editing.edit_tags(connection, artifact_id, tags, remove))

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        with self._read() as connection:
            prepared = tagging.PreparedEdits.read(connection, edits)
        with without_garbage_collection():
            prepared.compute()
        return self._write(prepared.store)

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        return self._write(lambda connection: editing.edit_parents(connection, artifact_id, add, remove))

    def _unset(self, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]) -> CatalogEntry:
        return self._write(lambda connection: editing.unset(connection, artifact_id, metadata, fields))

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        self._write(lambda connection: editing.delete(connection, artifact_id, force, by))

    def _undelete(self, artifact_id: str) -> CatalogEntry:
        return self._write(lambda connection: editing.undelete(connection, artifact_id))

    def _purge(self, artifact_id: str, force: bool) -> None:
        self._write(lambda connection: purging.purge(connection, artifact_id, force))
        self._file.rewrite()

    # ---- API keys

    def stored_keys(self) -> list[StoredKey]:
        """Return all API keys."""
        with self._file.read() as connection:
            return keys.all_keys(connection)

    def store_key(self, key: StoredKey) -> None:
        """Store a new API key."""
        self._write(lambda connection: keys.keep(connection, key))

    def end_keys(self, digests: Sequence[str], at: int) -> None:
        """Let API keys end."""
        self._write(lambda connection: keys.end(connection, digests, at))

    def store_key_uses(self, uses: Mapping[str, int]) -> None:
        """Store when API keys were used last."""
        self._write(lambda connection: keys.note_uses(connection, uses))

    # ---- aliases

    def _move_alias(self, request: MoveRequest) -> AliasMove:
        return self._write(lambda connection: aliases.move(connection, request))

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        with self._read() as connection:
            return aliases.page(connection, name, alias, artifact_id, limit, cursor)

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        with self._read() as connection:
            return aliases.history(connection, name, alias, limit, cursor)

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        with self._read() as connection:
            return stamps.mark(connection, artifact_ids)

    # ---- seals

    def _save_seal(self, parts: Sequence[SealPart]) -> None:
        self._write(lambda connection: seals.keep(connection, parts))

    def _seal_cards(self, artifact_id: str, limit: int) -> list[SealCard]:
        with self._read() as connection:
            return seals.cards(connection, artifact_id, limit)

    def ancestors(self, artifact_id: str) -> Iterator[Ancestor]:
        """Yield an artifact and everything upstream of it; raise `NotFound`."""
        with self._read() as connection, small_cache(connection):
            yield from ancestors(connection, artifact_id)

    def entries_to_seal(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids, and keep none of what is read in memory."""
        with self._read() as connection, small_cache(connection):
            entries = lookup.registered(connection, artifact_ids)
        return [entries.get(artifact_id) for artifact_id in artifact_ids]

    def _seal_parts(self, artifact_id: str, digest: str) -> list[SealPart]:
        with self._read() as connection:
            return seals.parts(connection, artifact_id, digest)

    # ---- look-up

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        with self._read() as connection:
            entries = lookup.registered(connection, artifact_ids)
        return [replace(entries[i]) if i in entries else None for i in artifact_ids]

    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        with self._read() as connection:
            return lookup.last_known(connection, artifact_ids)

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        with self._read() as connection:
            copies = duplicates.with_content(connection, content_hash)
            if not copies:
                return None
            _, oldest_id = copies[0]
            return lookup.by_ids(connection, [oldest_id])[oldest_id]

    def _named(
        self, name: str, versions: Sequence[str], limit: int, after: VersionPosition | None
    ) -> list[NamedArtifact]:
        with self._read() as connection:
            return names.named(connection, name, versions, limit, after)

    def _latest(self, name: str) -> CatalogEntry | None:
        with self._read() as connection:
            return names.latest(connection, name)

    def _state_of(self, artifact_id: str) -> Standing | None:
        with self._read() as connection:
            return lookup.state_of(connection, artifact_id)

    def details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Return the details of the artifacts that are known, by id."""
        with self._read() as connection:
            return lookup.details(connection, artifact_ids)

    def with_content(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids of the registered artifacts with each of these content hashes."""
        with self._read() as connection:
            return ids_with_content(connection, hashes)

    # ---- erasures

    def seal_digests(self, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the digests of the seals of each artifact that has any."""
        with self._read() as connection:
            return seals.digests(connection, artifact_ids)

    def stored_erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept for an artifact."""
        with self._read() as connection:
            return erasures.erasure(connection, artifact_id)

    def stored_erasures(self) -> list[StoredErasure]:
        """Return the worklists that are kept."""
        with self._read() as connection:
            return erasures.all_erasures(connection)

    def _keep_erasure(self, erasure: StoredErasure) -> None:
        self._write(lambda connection: erasures.keep(connection, erasure))

    def _mark_items(self, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
        self._write(lambda connection: erasures.mark(connection, artifact_id, items, by, note, at))

    # ---- search

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        with self._read() as connection:
            rows, following = finding.find(connection, selection, limit, cursor)
            return Page(lookup.by_nodes(connection, [row.node for row in rows]), following)

    def _total(self, selection: Selection) -> int:
        with self._read() as connection:
            return counting.total(connection, selection)

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        with self._read() as connection:
            return counting.tally(connection, selection, keys, most)

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        with self._read() as connection:
            return spelling.near(connection, words)

    def _near_terms(self, terms: Sequence[str]) -> dict[str, list[str]]:
        with self._read() as connection:
            return spelling.near_terms(connection, terms)

    # ---- lineage

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        with self._read() as connection:
            return lookup.neighbours(connection, artifact_id)

    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        with self._read() as connection, self._memory.lend(connection) as memory:
            return lineage(connection, artifact_id, traversal, memory)

    def traverse_all(self, artifact_id: str, traversals: Sequence[Traversal]) -> list[Lineage]:
        """Return the first pages of several traversals, read in one transaction."""
        with self._read() as connection, self._memory.lend(connection) as memory:
            return lineages(connection, artifact_id, traversals, memory)

    def surroundings(self, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
        """Return the degrees of artifacts, and the edges among them."""
        with self._read() as connection:
            return surroundings(connection, artifact_ids, as_of)

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what a traversal reaches."""
        with self._read() as connection, self._memory.lend(connection) as memory:
            closure, _ = selected_closure(connection, artifact_id, traversal, memory)
            return counts(connection, closure.levels[1:], traversal, tag_keys)

    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each name that has one."""
        with self._read() as connection:
            return newest(connection, names)

    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer versions of each artifact."""
        with self._read() as connection:
            return newer(connection, artifacts, by_number)

    def adjacent(self, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
        """Return the direct parents or children of each artifact that has any."""
        with self._read() as connection:
            return adjacent(connection, artifact_ids, direction)

    # ---- copies

    def _export(self) -> tuple[str, Iterator[Sequence[Record]]]:
        snapshot = Snapshot()
        self._catch_up()
        with reading_at_an_instant(self._file) as (connection, instant):
            snapshot.copy(connection)
        return from_microseconds(instant), _records_of(snapshot)

    def records(self) -> Iterator[Sequence[Record]]:
        """Yield everything in the file, in batches, in one read transaction; use it on a file that nobody writes."""
        with self._read() as connection:
            yield from all_records(connection)

    def _take(self, records: Sequence[Record]) -> list[Outcome | str]:
        copy, outcomes = self._write(lambda connection: ((c := LocalCopy(connection)), take(c, records)))
        if copy.purged:
            self._file.rewrite()
        return outcomes

    # ---- events of OpenLineage

    def _in_event_transaction(self, batches: Sequence[EventBatch], refused: Collection[Edge]) -> list[EventReport]:
        return self._write(lambda connection: take_events(LocalEvents(connection), batches, refused))

    # ---- the change record

    def _record_bounds(self) -> RecordBounds:
        with self._read() as connection:
            return change_record.bounds(connection)

    def _number_before(self, at: int) -> int:
        with self._read() as connection:
            return change_record.number_before(connection, at)

    def _recorded(self, span: RecordRange) -> list[StoredChanges]:
        with self._read() as connection:
            return change_record.read(connection, span)

    def drop_changes(self, before: int) -> int:
        """Drop what was recorded before an instant."""
        return self._write(lambda connection: change_record.drop(connection, before))

    # ---- transactions on tables that have everything FlowyML wrote

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        while True:
            with self._file.read() as connection:
                if not log.is_behind(connection):
                    yield connection
                    return
            self._catch_up()

    def _write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        def logged_operation(connection: sqlite3.Connection) -> T:
            result = operation(connection)
            log.clear(connection)
            return result

        # The rest is applied within the write transaction, during which FlowyML cannot write.
        self._catch_up(remaining=log.CHUNK)
        return self._group_commit.run(logged_operation)

    def _catch_up(self, remaining: int = 0) -> None:
        """Apply what FlowyML wrote, all but `remaining` lines of the log, in transactions that are short for others."""
        backfill, file = Backfill(), self._file.identity()
        continuing = False
        while True:
            with self._file.read() as connection:
                if not log.is_behind(connection, remaining):
                    return
                backfill.read(connection)
            with without_garbage_collection():
                backfill.prepare()
            with self._file.write(continuing=continuing) as connection:
                if self._file.identity() != file:  # another file has replaced it
                    backfill, file = Backfill(), self._file.identity()
                # A slice ends with the second, since `CatalogFile` leaves a gap at the start of the next one.
                log.catch_up(connection, min(SLICE_SECONDS, 1 - time.time() % 1), backfill)
                done, total = reindexing.progress(connection)
                if done == total:
                    done, total = progress(connection)
            continuing = True
            if total:
                self._progress(done, total)


def _catch_up_fully(connection: sqlite3.Connection) -> None:
    while not log.catch_up(connection, SLICE_SECONDS, Backfill()):
        pass


def _records_of(snapshot: Snapshot) -> Iterator[Sequence[Record]]:
    try:
        with LocalCatalogBackend(snapshot.path) as copy:
            yield from copy.records()
    finally:
        snapshot.close()


def exported_file(path: Path) -> Iterator[Sequence[Record]]:
    """Yield everything in the file at `path`, in batches, without writing to it."""
    return _records_of(Snapshot.of_path(path))
