"""Rows that FlowyML wrote before our triggers: read and worked out while others may write, then stored.

Half of the time goes into working out, so the file is locked half as long, and each transaction stores twice as
much: most of what a commit writes are pages of indexes, the same ones whether a thousand rows are added or more.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from catalog_graph.backends.local import index, rows
from catalog_graph.backends.local.index import Labelled
from catalog_graph.backends.local.rows import Stored, addressable, fetched
from catalog_graph.backends.local.schema import meta, set_meta
from catalog_graph.backends.local.storing import now, store

ROWS = 2000
"""Rows that are stored at a time; the clock is looked at in between."""
_AHEAD = 3 * ROWS
"""So many are worked out before the file is locked: about what one transaction stores."""
_LARGE = 4_000_000
"""Rows with so many characters are worked out alone, so that the memory does not grow with what rows hold."""


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
    """What is still to be read of them, some of it worked out already."""

    def __init__(self) -> None:
        self._found: list[_Found] = []
        self._pieces: deque[_Piece] = deque()

    def read(self, connection: sqlite3.Connection, most: int = _AHEAD) -> None:
        """Read the next rows, about `most`, where there are any."""
        first, last = progress(connection)
        if self._pieces and self._pieces[0].first != first:  # another process went on
            self._pieces.clear()
        first = self._pieces[-1].last if self._pieces else first
        while first < last and (len(self._pieces) + len(self._found)) * ROWS < most and not self._is_large():
            self._found.append(_next(connection, first, last))
            first = self._found[-1].last

    def _is_large(self) -> bool:
        rows = self._found[-1].rows if self._found else []
        return sum(len(value) for row in rows for value in row if isinstance(value, str)) > _LARGE

    def work_out(self) -> None:
        """Work out what these rows are to be stored as; needs no connection."""
        self._pieces += map(_worked_out, self._found)
        self._found.clear()

    def store(self, connection: sqlite3.Connection) -> bool:
        """Store the next piece, in the caller's transaction; answers whether there was one."""
        first, last = progress(connection)
        if first >= last:
            return False
        if not self._pieces or self._pieces[0].first != first:
            self.read(connection, ROWS)
            self.work_out()
        _store(connection, self._pieces.popleft())
        return True


def progress(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many rows of a file that FlowyML had filled are read, and of how many, counted by their numbers."""
    return meta(connection, "rows_read"), meta(connection, "rows_to_read")


def _next(connection: sqlite3.Connection, first: int, last: int) -> _Found:
    found = fetched(
        connection,
        f"SELECT a.rowid, {rows.COLUMNS_TO_INDEX} FROM artifacts a "
        "WHERE a.rowid > ? AND a.rowid <= ? ORDER BY a.rowid LIMIT ?",
        (first, last, ROWS),
    )
    return _Found(first, found[-1][0] if len(found) == ROWS else last, found)


def _worked_out(found: _Found) -> _Piece:
    instant = now()
    documents = [rows.foreign(row[1:], None, instant) for row in found.rows if addressable(row[1])]
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
