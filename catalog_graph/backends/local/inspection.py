"""A read-only look into a catalog file, which does not even create our tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from catalog_graph.backends.local.flowyml import log
from catalog_graph.backends.local.lineage.graph import REGISTERED
from catalog_graph.backends.local.store import schema
from catalog_graph.backends.local.store.failures import translated


@dataclass(frozen=True, slots=True)
class Inspection:
    """State of a catalog file."""

    damage: str
    """SQLite's complaint about the file; empty if it is intact."""
    rows: int | None
    """Number of rows in the table of artifacts; `None` if there is no such table."""
    version: int
    """Version of our tables; 0 if they do not exist yet."""
    indexed: int
    """Number of rows that our tables have as registered artifacts."""
    unread: bool
    """True if another program wrote something that our tables do not have yet."""


def inspect_file(path: Path) -> Inspection:
    """Return the state of the file at `path`; raise the backend's errors if it cannot be read."""
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    with translated(path), closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
        check = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        damage = "" if check == "ok" else check
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = _count(connection, "artifacts") if "artifacts" in tables else None
        if "cg_meta" not in tables:
            return Inspection(damage, rows, version=0, indexed=0, unread=bool(rows))
        return Inspection(
            damage,
            rows,
            version=schema.meta(connection, "schema"),
            indexed=_count(connection, f"cg_node WHERE state = {REGISTERED}"),
            unread=log.is_behind(connection),
        )


def _count(connection: sqlite3.Connection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0])
