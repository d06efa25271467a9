"""Databases of temporary files, so that what is known of a large ancestry does not have to be in memory."""

from __future__ import annotations

import sqlite3


class Scratch(sqlite3.Connection):
    """A private database that SQLite keeps in a temporary file, all but half a megabyte, and removes with this object.

    It has one transaction, which never ends.
    """

    def __init__(self, tables: str) -> None:
        super().__init__("", isolation_level=None, check_same_thread=False)
        self.executescript(f"PRAGMA journal_mode = OFF; PRAGMA cache_size = -500; BEGIN; {tables}")

    def __del__(self) -> None:
        self.close()
