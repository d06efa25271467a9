"""A private copy of a catalog file, from which everything is read as it was at one instant.

A long read transaction would keep other programs from writing. Copying the pages of the file takes a small part of the
time of reading its rows, and afterwards the file is free.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog_graph.backends.local.store.catalog_file import CatalogFile
from catalog_graph.backends.local.store.clock import now


class Snapshot:
    """A copy of the pages of a file, removed with this object."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="catalog_graph-")
        self.path = Path(self._folder.name) / "catalog.db"

    @classmethod
    def of_path(cls, path: Path) -> Snapshot:
        """Copy the file at `path`, which is not written to."""
        taken = cls()
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
            taken.copy(connection)
        return taken

    def copy(self, connection: sqlite3.Connection) -> None:
        """Copy what a connection sees in its transaction."""
        with closing(sqlite3.connect(self.path)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            connection.backup(copy)

    def close(self) -> None:
        """Remove the copy."""
        self._folder.cleanup()


@contextmanager
def reading_at_an_instant(file: CatalogFile) -> Iterator[tuple[sqlite3.Connection, int]]:
    """Yield a read transaction and its instant: it sees all changes up to this instant, and none after it."""
    with ExitStack() as reading:
        with file.without_writers():
            instant = now()
            connection = reading.enter_context(file.read())
            connection.execute("SELECT count(*) FROM cg_meta").fetchone()
        yield connection, instant
