"""A look into a catalog file that changes nothing in it: not even our own tables are made."""

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
    """What a file holds."""

    damage: str
    """What SQLite complains of; empty where the file is whole."""
    rows: int | None
    """Of the table of artifacts; `None` where there is none."""
    version: int
    """Of our tables; 0 where they are not made yet."""
    indexed: int
    """Rows that our tables have as registered artifacts."""
    unread: bool
    """Whether another program wrote what our tables do not have yet."""


def inspected(path: Path) -> Inspection:
    """What the file at `path` holds; raises as the backend does where it cannot be read."""
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    with translated(path), closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
        damage = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = _count(connection, "artifacts") if "artifacts" in tables else None
        if "cg_meta" not in tables:
            return Inspection("" if damage == "ok" else damage, rows, 0, 0, unread=bool(rows))
        return Inspection(
            damage="" if damage == "ok" else damage,
            rows=rows,
            version=schema.meta(connection, "schema"),
            indexed=_count(connection, f"cg_node WHERE state = {REGISTERED}"),
            unread=log.behind(connection),
        )


def _count(connection: sqlite3.Connection, what: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
