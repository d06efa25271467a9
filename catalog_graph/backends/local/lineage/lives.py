"""The lives of artifacts: when each was registered and deleted, and the rows of those that are deleted now."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS
from catalog_graph.backends.local.store.records import Document, fetch_all

_COLUMNS = ", ".join(f"d.{name}" for name in CONTRACT_FIELDS)
_KEPT = (
    f"SELECT n.node, {_COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN cg_deleted d ON d.artifact_id = n.artifact_id WHERE n.deleted IS NOT NULL"
)
_ANY = "SELECT 1 FROM cg_deleted UNION ALL SELECT 1 FROM cg_meta WHERE name = 'any_purged' LIMIT 1"
_BEGIN = """INSERT OR REPLACE INTO cg_life
    SELECT n.node, coalesce((SELECT max(revived) FROM cg_life l WHERE l.node = n.node), n.recorded), n.deleted,
        CASE WHEN :recorded >= n.deleted THEN :recorded ELSE :now END, n.name, n.artifact_type, n.version, n.created_at
    FROM cg_node n WHERE n.artifact_id = :artifact_id AND n.deleted IS NOT NULL"""


def begin(connection: sqlite3.Connection, documents: Sequence[Document], now: int) -> None:
    """Note the earlier lives of those of the documents whose artifacts are deleted, which begin a new one.

    It begins when the document was recorded, or now if that was before the deletion, as after `undelete`.
    """
    if any_deleted(connection):
        ids = [(d.entry.artifact_id,) for d in documents]
        parameters = [{"artifact_id": d.entry.artifact_id, "recorded": d.recorded, "now": now} for d in documents]
        connection.executemany(_BEGIN, parameters)
        connection.executemany("DELETE FROM cg_deleted WHERE artifact_id = ?", ids)


def any_deleted(connection: sqlite3.Connection) -> bool:
    """Return True if the row of any deleted artifact is kept, or one was purged."""
    return connection.execute(_ANY).fetchone() is not None


def note_purge(connection: sqlite3.Connection) -> None:
    """Note that some artifact is deleted without a row that is kept."""
    connection.execute("INSERT OR REPLACE INTO cg_meta VALUES ('any_purged', 1)")


def kept_rows(connection: sqlite3.Connection, nodes: Iterable[int]) -> list[tuple[int, tuple[Any, ...]]]:
    """Return the rows of those of the nodes that are deleted, as FlowyML's table had them."""
    if not any_deleted(connection):
        return []
    return [(row[0], row[1:]) for row in fetch_all(connection, _KEPT, (json.dumps(list(nodes)),))]


def keep_row(connection: sqlite3.Connection, row: Sequence[Any]) -> None:
    """Keep the row of a deleted artifact."""
    connection.execute(f"INSERT OR REPLACE INTO cg_deleted VALUES ({', '.join('?' * len(row))})", row)
