"""The catalog in one SQLite file: the primitives of `CatalogBackend` over it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from catalog_graph.aliases import Alias, AliasMove, AliasPage, MoveRequest
from catalog_graph.answers.facts import Counts, Details
from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.batches import TagEdit
from catalog_graph.backends.local.artifacts import aliases, editing, entries, names, registration, tagging
from catalog_graph.backends.local.flowyml import log
from catalog_graph.backends.local.flowyml.backfill import Backlog, progress
from catalog_graph.backends.local.lineage import stamps, traversal, where
from catalog_graph.backends.local.search import counting, finding, index
from catalog_graph.backends.local.store import idempotency, schema
from catalog_graph.backends.local.store.connection import Store, without_collection
from catalog_graph.backends.local.store.group_commit import Writer
from catalog_graph.backends.local.store.progress import ProgressLine
from catalog_graph.backends.references import Place
from catalog_graph.facets import FacetKey, Tally
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import Zone
from catalog_graph.lineage import Lineage, Traversal
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

SLICE_SECONDS = 0.3
"""How long a transaction that reads what FlowyML wrote goes on, about."""

Progress = Callable[[int, int], None]
T = TypeVar("T")


class LocalCatalogBackend(CatalogBackend):
    """A catalog in the SQLite file `db_path`, made where it is missing.

    FlowyML's `LocalCatalogBackend` may have written it and may go on using it, even at the same time, from
    other threads and processes. The first look into a large file that FlowyML filled indexes it, about
    10,000 artifacts a second; `progress` is then called with how far that is, and of how much. Unless it is given, a
    line on standard error says so where that takes more than a second.

    Raises `InvalidInput` where `db_path` names a folder or no SQLite database, `StoreUnavailable` where
    the file cannot be opened or written, `ConfigurationError` where a later catalog_graph made it.
    """

    naive_zone: ClassVar[Zone] = "local"
    questions_at_once: ClassVar[int] = 100

    def __init__(self, db_path: str | Path = ".flowyml/catalog.db", *, progress: Progress | None = None) -> None:
        self._store = Store(db_path, schema.prepare)
        self._writer = Writer(self._store, _read_the_rest)
        self._progress = progress or ProgressLine(self.db_path)
        with self._store.read():
            pass

    @property
    def db_path(self) -> Path:
        """The file."""
        return self._store.path

    # ---- writing

    def _register(
        self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate, receipt: Receipt | None
    ) -> list[Registration]:
        labels = index.labelled(entries)

        def operation(connection: sqlite3.Connection) -> list[Registration]:
            known = idempotency.known(connection, receipt, entries)
            if known is not None:
                return known
            answers = registration.register(connection, entries, labels, on_duplicate)
            idempotency.keep(connection, receipt, answers, entries)
            return answers

        return self._write(operation)

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        return self._write(lambda connection: editing.edit_tags(connection, artifact_id, tags, remove))

    def _edit_many_tags(self, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
        return self._write(lambda connection: tagging.edit_many(connection, edits))

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        return self._write(lambda connection: editing.edit_parents(connection, artifact_id, add, remove))

    def _delete(self, artifact_id: str, force: bool, by: str) -> None:
        self._write(lambda connection: editing.delete(connection, artifact_id, force, by))

    # ---- aliases

    def _move_alias(self, asked: MoveRequest) -> AliasMove:
        return self._write(lambda connection: aliases.move(connection, asked))

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        with self._reading() as connection:
            return aliases.page(connection, name, alias, artifact_id, limit, cursor)

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        with self._reading() as connection:
            return aliases.history(connection, name, alias, limit, cursor)

    def _mark(self, artifact_ids: Sequence[str]) -> str:
        with self._reading() as connection:
            return stamps.mark(connection, artifact_ids)

    # ---- reading

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        with self._reading() as connection:
            found = entries.by_ids(connection, artifact_ids)
        registered = {i: entry for i, entry in found.items() if entry.state == "registered"}
        return [replace(registered[i]) if i in registered else None for i in artifact_ids]

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        with self._reading() as connection:
            rows, following = finding.find(connection, selection, limit, cursor)
            return Page(entries.by_nodes(connection, [row.node for row in rows]), following)

    def _total(self, selection: Selection) -> int:
        with self._reading() as connection:
            return counting.total(connection, selection)

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        with self._reading() as connection:
            return counting.tally(connection, selection, keys, most)

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        with self._reading() as connection:
            return counting.near(connection, words)

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        with self._reading() as connection:
            ages = finding.with_content(connection, content_hash)
            return entries.by_ids(connection, [ages[0][1]])[ages[0][1]] if ages else None

    def _named(self, name: str, versions: Sequence[str], limit: int, after: Place | None) -> list[CatalogEntry]:
        with self._reading() as connection:
            return names.named(connection, name, versions, limit, after)

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        with self._reading() as connection:
            return entries.neighbours(connection, artifact_id)

    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        with self._reading() as connection:
            return traversal.lineage(connection, artifact_id, asked)

    def _traverse_all(self, artifact_id: str, asked: Sequence[Traversal]) -> list[Lineage]:
        with self._reading() as connection:
            return traversal.lineages(connection, artifact_id, asked)

    def _count(self, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
        with self._reading() as connection:
            found, _ = traversal.walked(connection, artifact_id, asked)
            return where.counts(connection, found.levels[1:], tag_keys)

    def _details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        with self._reading() as connection:
            return where.details(connection, artifact_ids)

    def check(self) -> dict[str, Any]:
        """Name and version of the store, version of our tables, and the file."""
        with self._store.read() as connection:
            version = schema.meta(connection, "schema")
        return {"store": "sqlite", "version": sqlite3.sqlite_version, "schema": version, "path": str(self.db_path)}

    def close(self) -> None:
        """Close the connections to the file; the next call opens new ones."""
        self._store.close()

    # ---- transactions over tables that are up to date

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        while True:
            with self._store.read() as connection:
                if not log.behind(connection):
                    yield connection
                    return
            self._catch_up()

    def _write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        self._catch_up(but=log.CHUNK)
        return self._writer.run(operation)

    def _catch_up(self, but: int = 0) -> None:
        """Read what FlowyML wrote, `but` so many changes, in slices, so that nobody waits long for the file."""
        backlog, file = Backlog(), self._store.file()
        goes_on = False
        while True:
            with self._store.read() as connection:
                if not log.behind(connection, but):
                    return
                backlog.read(connection)
            with without_collection():
                backlog.work_out()
            with self._store.write(goes_on=goes_on) as connection:
                if self._store.file() != file:  # another has taken its place
                    backlog, file = Backlog(), self._store.file()
                log.advance(connection, min(SLICE_SECONDS, 1 - time.time() % 1), backlog)
                done, total = progress(connection)
            goes_on = True
            if total:
                self._progress(done, total)


def _read_the_rest(connection: sqlite3.Connection) -> None:
    while not log.advance(connection, SLICE_SECONDS, Backlog()):
        pass
