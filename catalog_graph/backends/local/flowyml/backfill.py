"""Rows that FlowyML wrote before our triggers: read and worked out while others may write, then stored.

Half of the time goes into working out, so the file is locked half as long, and each transaction stores twice as
much: most of what a commit writes are pages of indexes, the same ones whether a thousand rows are added or more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from catalog_graph.backends.local.artifacts import records
from catalog_graph.backends.local.artifacts.records import Stored, addressable, fetched
from catalog_graph.backends.local.artifacts.tables import now, store
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.search.index import Labelled
from catalog_graph.backends.local.store.schema import meta, set_meta

ROWS = 6000
"""So many are worked out, then stored in one transaction: what they have in common is looked up and written once."""
_STEP = 1000
"""Rows that are read at a time."""
_LARGE = 4_000_000
"""Rows with so many characters are enough, so that the memory does not grow with what rows hold."""


class _Found(NamedTuple):
    """Rows with numbers from above `first` up to `last`."""

    first: int
    last: int
    rows: list[tuple[Any, ...]]


class _Piece(NamedTuple):
    """The same, worked out."""

    first: int
    last: int
    documents: list[Stored]
    labels: Labelled


class Backlog:
    """What is still to be read of them, the next piece worked out already."""

    def __init__(self) -> None:
        self._found: _Found | None = None
        self._piece: _Piece | None = None

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the next rows, where there are any."""
        first, last = progress(connection)
        if self._piece is not None and self._piece.first != first:  # another process went on
            self._piece = None
        if self._piece is None and first < last:
            self._found = _next(connection, first, last)

    def work_out(self) -> None:
        """Work out what these rows are to be stored as; needs no connection."""
        if self._found is not None:
            self._piece, self._found = _worked_out(self._found), None

    def store(self, connection: sqlite3.Connection) -> bool:
        """Store the next piece, in the caller's transaction; answers whether there was one."""
        self.read(connection)
        self.work_out()
        piece, self._piece = self._piece, None
        if piece is None:
            return False
        _store(connection, piece)
        return True


def progress(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many rows of a file that FlowyML had filled are read, and of how many, counted by their numbers."""
    return meta(connection, "rows_read"), meta(connection, "rows_to_read")


def _next(connection: sqlite3.Connection, first: int, last: int) -> _Found:
    found: list[tuple[Any, ...]] = []
    size, end = 0, first
    while end < last and len(found) < ROWS and size < _LARGE:
        most = min(_STEP, ROWS - len(found))
        some = fetched(
            connection,
            f"SELECT a.rowid, {records.COLUMNS_TO_INDEX} FROM artifacts a "
            "WHERE a.rowid > ? AND a.rowid <= ? ORDER BY a.rowid LIMIT ?",
            (end, last, most),
        )
        found += some
        size += sum(len(value) for row in some for value in row if type(value) is str)
        end = some[-1][0] if len(some) == most else last
    return _Found(first, end, found)


def _worked_out(found: _Found) -> _Piece:
    instant = now()
    documents = [records.foreign(row[1:], None, instant) for row in found.rows if addressable(row[1])]
    return _Piece(found.first, found.last, documents, index.labelled(d.entry for d in documents))


def _store(connection: sqlite3.Connection, piece: _Piece) -> None:
    logged = _logged(connection, [d.entry.artifact_id for d in piece.documents])
    documents = [d for d in piece.documents if d.entry.artifact_id not in logged]
    documents = _readable(connection, documents)
    store(connection, documents, [d.recorded for d in documents], piece.labels)
    set_meta(connection, "rows_read", piece.last)


def _logged(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> set[str]:
    """Those of these ids whose rows have changed since; the log tells more about them than what was read."""
    found = connection.execute(
        "SELECT DISTINCT l.artifact_id FROM json_each(?) j CROSS JOIN cg_log l ON l.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {row[0] for row in found}


def _readable(connection: sqlite3.Connection, documents: list[Stored]) -> list[Stored]:
    """Without those whose ids are no UTF-8, so that nobody can ask for them."""
    exists = "SELECT 1 FROM artifacts WHERE artifact_id = ?"
    return [
        d
        for d in documents
        if "\ufffd" not in d.entry.artifact_id or connection.execute(exists, (d.entry.artifact_id,)).fetchone()
    ]
