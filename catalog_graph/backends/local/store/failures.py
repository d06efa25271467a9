"""Errors of SQLite and of the file system, translated into those of the catalog in this one place."""

from __future__ import annotations

import errno
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catalog_graph.backends.local.store.locks import locked
from catalog_graph.errors import CatalogError, InvalidInput, StoreDamaged, StoreFull, StoreUnavailable

_REASONS = {
    "SQLITE_READONLY": "can be read but not written; give write access to the file and to its folder",
    "SQLITE_PERM": "cannot be opened without permission; give read and write access to the file",
    "SQLITE_CANTOPEN": "cannot be opened; check that its folder exists and is writable",
    "SQLITE_FULL": "cannot grow because the disk is full; free some space and try again",
    "SQLITE_IOERR": "cannot be read or written; check the disk and its free space",
}
"""The problem and its remedy, by the primary name of SQLite's error."""
_DAMAGE = (UnicodeError, OverflowError, TypeError, ValueError, LookupError, AttributeError, zlib.error)
"""Errors of Python that a damaged value causes while rows are read."""
_OTHER_TABLES = re.compile(r"no such (column|table|index)|has no column named")
"""SQLite's words about a table that is not as it was made, since no statement depends on its input."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise each error about the file `path` as a `CatalogError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(error, path) from error
    except CatalogError:
        raise
    except _DAMAGE as error:
        raise damaged(path, f"it has a value that cannot be read ({type(error).__name__}: {error})") from error
    except OSError as error:
        kind = StoreFull if error.errno == errno.ENOSPC else StoreUnavailable
        raise kind(f"the catalog file {str(path)!r} cannot be used: {error.strerror or error}") from error


def _translation(error: sqlite3.Error, path: Path) -> CatalogError:
    name = getattr(error, "sqlite_errorname", "")
    primary = "_".join(name.split("_")[:2])
    if path.is_dir():
        return InvalidInput(f"db_path {str(path)!r} is a folder; name a file for the catalog", field="db_path")
    not_database = name == "SQLITE_NOTADB"
    other_tables = primary == "SQLITE_ERROR" and _OTHER_TABLES.search(str(error))
    unreadable = "Could not decode" in str(error) or (not_database and _is_sqlite(path))
    if primary == "SQLITE_CORRUPT" or other_tables or unreadable:
        return damaged(path, str(error))
    if not_database:
        return InvalidInput(f"db_path {str(path)!r} is not an SQLite database; name another file", field="db_path")
    if primary in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return locked(path)
    reason = _REASONS.get(primary, f"cannot be used: {error}")
    kind = StoreFull if primary == "SQLITE_FULL" else StoreUnavailable
    return kind(f"the catalog file {str(path)!r} {reason}")


def damaged(path: Path, reason: str) -> StoreDamaged:
    """Return the error for a damaged file."""
    return StoreDamaged(
        f"the catalog file {str(path)!r} is damaged: {reason}; restore it from a copy, or recover it with the sqlite3 "
        "program's .recover; catalog-graph doctor examines it"
    )


def _is_sqlite(path: Path) -> bool:
    """Return True if a file begins as SQLite's do."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(15) == b"SQLite format 3"
    return False
