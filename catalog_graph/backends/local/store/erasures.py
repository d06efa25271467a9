"""Worklists of what must go with an artifact, in the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from catalog_graph.answers.kept_erasure import StoredErasure, StoredItem

_ITEMS = (
    "SELECT item, artifact_id, relation, via, depth, content_hash, added, done, done_by, note FROM cg_erasure_item "
    "WHERE erasure = ?"
)


def all_erasures(connection: sqlite3.Connection) -> list[StoredErasure]:
    """Return all worklists."""
    ids = connection.execute("SELECT artifact_id FROM cg_erasure").fetchall()
    return [kept for (artifact_id,) in ids if (kept := erasure(connection, artifact_id)) is not None]


def erasure(connection: sqlite3.Connection, artifact_id: str) -> StoredErasure | None:
    """Return the worklist of an artifact, if there is one."""
    row = connection.execute(
        "SELECT artifact_id, opened, opened_by, reason FROM cg_erasure WHERE artifact_id = ?", (artifact_id,)
    ).fetchone()
    if row is None:
        return None
    items = [StoredItem(*item) for item in connection.execute(_ITEMS, (artifact_id,))]
    return StoredErasure._make((*row, items))


def keep(connection: sqlite3.Connection, kept: StoredErasure) -> None:
    """Keep a worklist, and the items that it lacks."""
    connection.execute("INSERT OR IGNORE INTO cg_erasure VALUES (?, ?, ?, ?)", kept[:4])
    connection.executemany(
        "INSERT OR IGNORE INTO cg_erasure_item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(kept.artifact_id, *item) for item in kept.items],
    )


def put(connection: sqlite3.Connection, kept: StoredErasure) -> None:
    """Keep a worklist, in place of the one that is kept."""
    connection.execute("DELETE FROM cg_erasure_item WHERE erasure = ?", (kept.artifact_id,))
    connection.execute("DELETE FROM cg_erasure WHERE artifact_id = ?", (kept.artifact_id,))
    keep(connection, kept)


def mark(connection: sqlite3.Connection, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
    """Mark those of these items that are not done yet."""
    connection.execute(
        "UPDATE cg_erasure_item SET done = ?, done_by = ?, note = ? WHERE erasure = ? AND done IS NULL "
        "AND item IN (SELECT value FROM json_each(?))",
        (at, by, note, artifact_id, json.dumps(list(items))),
    )
