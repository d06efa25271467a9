"""Backfill: rows that FlowyML wrote before our triggers existed, indexed in batches.

A batch is read and prepared, which takes half of the time, while other programs may write; only storing it locks the
file. A transaction stores a large batch, since most of what a commit writes are pages of indexes, which are the same
for a thousand rows and for many more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from catalog_graph.backends.local.artifacts.indexing import index_documents
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.search.index import Labels
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document
from catalog_graph.backends.local.store.schema import meta, set_meta

BATCH_ROWS = 4000
"""Maximum rows of a batch. What they share is looked up and written once."""
_READ_ROWS = 1000
"""Rows to read at a time."""
_BATCH_CHARACTERS = 4_000_000
"""Characters after which a batch takes no more rows, so that memory does not grow with the size of rows."""

_ROWS = (
    f"SELECT a.rowid, {records.COLUMNS} FROM artifacts a WHERE a.rowid > ? AND a.rowid <= ? ORDER BY a.rowid LIMIT ?"
)


class _Rows(NamedTuple):
    """The rows with numbers above `first`, up to `last`."""

    first: int
    last: int
    rows: list[tuple[Any, ...]]


class _Batch(NamedTuple):
    """The documents of such rows, with their labels."""

    first: int
    last: int
    documents: list[Document]
    labels: Labels


class Backfill:
    """The backfill of a file; prepares its next batch ahead of the transaction that stores it."""

    def __init__(self) -> None:
        self._rows: _Rows | None = None
        self._batch: _Batch | None = None

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the next rows, if any are left and no batch is prepared."""
        first, last = progress(connection)
        if self._batch is not None and self._batch.first != first:  # another process has stored it
            self._batch = None
        if self._batch is None and first < last:
            self._rows = _read_rows(connection, first, last)

    def prepare(self) -> None:
        """Prepare a batch of the rows that were read; this needs no connection."""
        if self._rows is not None:
            self._batch, self._rows = _prepare(self._rows), None

    def store(self, connection: sqlite3.Connection) -> bool:
        """Store the next batch in the caller's transaction; return False if nothing was left."""
        self.read(connection)
        self.prepare()
        batch, self._batch = self._batch, None
        if batch is None:
            return False
        _store(connection, batch)
        return True


def progress(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the number of the last row that is indexed, and of the last row to index."""
    return meta(connection, "rows_read"), meta(connection, "rows_to_read")


def _read_rows(connection: sqlite3.Connection, first: int, last: int) -> _Rows:
    rows: list[tuple[Any, ...]] = []
    characters, end = 0, first
    while end < last and len(rows) < BATCH_ROWS and characters < _BATCH_CHARACTERS:
        limit = min(_READ_ROWS, BATCH_ROWS - len(rows))
        more = records.fetch_all(connection, _ROWS, (end, last, limit))
        rows += more
        characters += sum(len(value) for row in more for value in row if type(value) is str)
        end = more[-1][0] if len(more) == limit else last
    return _Rows(first, end, rows)


def _prepare(rows: _Rows) -> _Batch:
    instant = now()
    documents = [
        records.document_of_row(row, None, instant, rowid)
        for rowid, *row in rows.rows
        if records.is_addressable(row[0])
    ]
    return _Batch(rows.first, rows.last, documents, index.labels_of(d.entry for d in documents))


def _store(connection: sqlite3.Connection, batch: _Batch) -> None:
    changed = _logged(connection, [d.entry.artifact_id for d in batch.documents])
    documents = [d for d in batch.documents if d.entry.artifact_id not in changed]
    documents = _with_valid_ids(connection, documents)
    index_documents(connection, documents, [d.recorded for d in documents], batch.labels)
    set_meta(connection, "rows_read", batch.last)


def _logged(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> set[str]:
    """Return those of these ids whose rows have changed; the log has more about them than the rows that were read."""
    rows = connection.execute(
        "SELECT DISTINCT l.artifact_id FROM json_each(?) j CROSS JOIN cg_log l ON l.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {artifact_id for (artifact_id,) in rows}


def _with_valid_ids(connection: sqlite3.Connection, documents: list[Document]) -> list[Document]:
    """Return the documents without those whose ids are not valid UTF-8, which no request can name."""
    exists = "SELECT 1 FROM artifacts WHERE artifact_id = ?"
    return [
        d
        for d in documents
        if "\ufffd" not in d.entry.artifact_id or connection.execute(exists, (d.entry.artifact_id,)).fetchone()
    ]
