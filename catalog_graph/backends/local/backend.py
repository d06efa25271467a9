"""The catalog in one SQLite file: the primitives of `CatalogBackend` over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from catalog_graph.answers.facts import Counts, Details
from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Page, Registration
from catalog_graph.backends.base import CatalogBackend, not_found
from catalog_graph.backends.local import catchup, entries, find, graph, index, listed, register, rows, schema, traverse
from catalog_graph.backends.local.connection import Store
from catalog_graph.backends.local.cycles import refuse_cycles
from catalog_graph.backends.local.storing import now, store
from catalog_graph.checks import MAX_TAG_BYTES, checked_object, checked_parents
from catalog_graph.instants import Zone, microseconds
from catalog_graph.lineage import Lineage, Traversal
from catalog_graph.query.tree import Selection

SLICE_SECONDS = 0.3
"""How long a transaction that reads what FlowyML wrote goes on, about."""

Progress = Callable[[int, int], None]


class LocalCatalogBackend(CatalogBackend):
    """A catalog in the SQLite file `db_path`, made where it is missing.

    FlowyML's `LocalCatalogBackend` may have written it and may go on using it, even at the same time, from
    other threads and processes. The first look into a large file that FlowyML filled indexes it, about
    10,000 artifacts a second; `progress` is then called with how far that is, and of how much.

    Raises `InvalidInput` where `db_path` names a folder or no SQLite database, `StoreUnavailable` where
    the file cannot be opened or written, `ConfigurationError` where a later catalog_graph made it.
    """

    naive_zone: ClassVar[Zone] = "local"

    def __init__(self, db_path: str | Path = ".flowyml/catalog.db", *, progress: Progress | None = None) -> None:
        self._store = Store(db_path, schema.prepare)
        self._progress = progress
        with self._store.read():
            pass

    @property
    def db_path(self) -> Path:
        """The file."""
        return self._store.path

    # ---- writing

    def _register(self, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate) -> list[Registration]:
        labels = index.labelled(entries)
        with self._writing() as connection:
            return register.register(connection, entries, labels, on_duplicate)

    def _edit_tags(self, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]) -> CatalogEntry:
        with self._writing() as connection:
            old = _registered(connection, artifact_id)
            both = {k: v for k, v in {**old.tags, **tags}.items() if k not in remove}
            checked = checked_object(both, "tags", MAX_TAG_BYTES)
            return self._replaced(connection, replace(old, tags=checked))

    def _edit_parents(self, artifact_id: str, add: Sequence[str], remove: Sequence[str]) -> CatalogEntry:
        with self._writing() as connection:
            old = _registered(connection, artifact_id)
            kept = [p for p in [*old.parent_ids, *add] if p not in remove]
            return self._replaced(connection, replace(old, parent_ids=checked_parents(artifact_id, kept)))

    def _delete(self, artifact_id: str) -> None:
        with self._writing() as connection:
            node, state = graph.nodes_of(connection, [artifact_id]).get(artifact_id, (0, graph.DELETED))
            if state != graph.REGISTERED:
                raise not_found(artifact_id)
            connection.execute("DELETE FROM artifacts WHERE artifact_id = ?", (artifact_id,))
            index.remove(connection, [node])
            graph.bury(connection, {node: now()})
            catchup.clear_log(connection)

    def _replaced(self, connection: sqlite3.Connection, entry: CatalogEntry) -> CatalogEntry:
        rows.update(connection, [entry])
        document = rows.Stored(entry, microseconds(entry.created_at), microseconds(entry.recorded_at))
        refuse_cycles(connection, store(connection, [document], [now()]))
        catchup.clear_log(connection)
        return entry

    # ---- reading

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        with self._reading() as connection:
            found = entries.by_ids(connection, artifact_ids)
        registered = {i: entry for i, entry in found.items() if entry.state == "registered"}
        return [replace(registered[i]) if i in registered else None for i in artifact_ids]

    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        with self._reading() as connection:
            nodes, following = find.find(connection, selection, limit, cursor)
            return Page(entries.by_nodes(connection, nodes), following)

    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        with self._reading() as connection:
            ages = find.with_content(connection, content_hash)
            return entries.by_ids(connection, [ages[0][1]])[ages[0][1]] if ages else None

    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        with self._reading() as connection:
            return entries.neighbours(connection, artifact_id)

    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        with self._reading() as connection:
            return traverse.lineage(connection, artifact_id, asked)

    def _count(self, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
        with self._reading() as connection:
            found, _ = traverse.walked(connection, artifact_id, asked)
            return listed.counts(connection, found.levels[1:], tag_keys)

    def _details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        with self._reading() as connection:
            return listed.details(connection, artifact_ids)

    def check(self) -> dict[str, Any]:
        """Name and version of the store, version of our tables, and the file."""
        with self._store.read() as connection:
            version = schema.meta(connection, "schema")
        return {"store": "SQLite", "version": sqlite3.sqlite_version, "schema": version, "path": str(self.db_path)}

    def close(self) -> None:
        """Close the connections to the file; the next call opens new ones."""
        self._store.close()

    # ---- transactions over tables that are up to date

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        while True:
            with self._store.read() as connection:
                if not catchup.behind(connection):
                    yield connection
                    return
            self._catch_up()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._catch_up()
        with self._store.write() as connection:
            while not catchup.advance(connection, SLICE_SECONDS):
                pass
            yield connection

    def _catch_up(self) -> None:
        """Read what FlowyML wrote, in slices, so that nobody waits long for the file."""
        while True:
            with self._store.read() as connection:
                if not catchup.behind(connection):
                    return
            with self._store.write() as connection:
                catchup.advance(connection, SLICE_SECONDS)
                done, total = catchup.progress(connection)
            if self._progress and total:
                self._progress(done, total)


def _registered(connection: sqlite3.Connection, artifact_id: str) -> CatalogEntry:
    entry = entries.by_ids(connection, [artifact_id]).get(artifact_id)
    if entry is None or entry.state != "registered":
        raise not_found(artifact_id)
    return entry
