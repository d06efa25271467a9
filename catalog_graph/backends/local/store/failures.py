"""Errors of SQLite and of the file system, translated into those of the catalog in this one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog_graph.errors import CatalogError, InvalidInput, StoreUnavailable

_REASONS = {
    "SQLITE_BUSY": "is locked by another program; try again, or end the program that holds the lock",
    "SQLITE_LOCKED": "is locked by another program; try again, or end the program that holds the lock",
    "SQLITE_READONLY": "can be read but not written; give write access to the file and to its folder",
    "SQLITE_PERM": "cannot be opened without permission; give read and write access to the file",
    "SQLITE_CANTOPEN": "cannot be opened; check that its folder exists and is writable",
    "SQLITE_FULL": "cannot grow because the disk is full; free some space and try again",
    "SQLITE_IOERR": "cannot be read or written; check the disk and its free space",
    "SQLITE_CORRUPT": "is damaged; restore it from a copy, or recover it with the sqlite3 program's .recover",
}
"""The problem and its remedy, by the primary name of SQLite's error."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise each error about the file `path` as a `CatalogError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(error, path) from error
    except OSError as error:
        raise StoreUnavailable(f"the catalog file {str(path)!r} cannot be used: {error.strerror or error}") from error


def _translation(error: sqlite3.Error, path: Path) -> CatalogError:
    name = getattr(error, "sqlite_errorname", "")
    if path.is_dir():
        return InvalidInput(f"{str(path)!r} is a folder; name a file for the catalog", field="db_path")
    if name == "SQLITE_NOTADB":
        return InvalidInput(f"{str(path)!r} is not an SQLite database; name another file", field="db_path")
    primary = "_".join(name.split("_")[:2])
    reason = _REASONS.get(primary, f"cannot be used: {error}")
    return StoreUnavailable(f"the catalog file {str(path)!r} {reason}")
