"""A read-only look into a catalog file, which does not even create our tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from catalog_graph.backends.local.flowyml import log
from catalog_graph.backends.local.lineage.graph import REGISTERED
from catalog_graph.backends.local.store import schema
from catalog_graph.backends.local.store.failures import translated
from catalog_graph.backends.local.store.records import COLUMNS_TO_COMPARE, entry_of_row, fetch_all, is_addressable


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
    differing: Sequence[str] = ()
    """Ids of the artifacts that our tables have otherwise than FlowyML's, sorted; empty if they are not compared."""


def inspect_file(path: Path) -> Inspection:
    """Return the state of the file at `path`; raise the backend's errors if it cannot be read."""
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    with translated(path), closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
        check = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        damage = "" if check == "ok" else check
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = _count(connection, "artifacts") if "artifacts" in tables else None
        if "cg_meta" not in tables:
            return Inspection(damage, rows, version=0, indexed=0, unread=bool(rows))
        version, unread = schema.meta(connection, "schema"), log.is_behind(connection)
        return Inspection(
            damage,
            rows,
            version=version,
            indexed=_count(connection, f"cg_node WHERE state = {REGISTERED}"),
            unread=unread,
            differing=[] if damage or unread or version != schema.VERSION else _differing(connection),
        )


def _differing(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of the artifacts whose name, type, version or parents differ between the tables."""
    nodes = connection.execute(
        "SELECT n.artifact_id, n.name, n.artifact_type, coalesce(n.version, ''), (SELECT json_group_array(parent) FROM "
        "(SELECT p.artifact_id AS parent FROM cg_edge e JOIN cg_node p ON p.node = e.parent WHERE e.child = n.node "
        f"ORDER BY e.position)) FROM cg_node n WHERE n.state = {REGISTERED}"
    )
    ours = {row[0]: (*row[1:4], json.loads(row[4])) for row in nodes}
    theirs = {}
    for row in fetch_all(connection, f"SELECT {COLUMNS_TO_COMPARE} FROM artifacts a"):
        if is_addressable(row[0]):
            entry = entry_of_row(row)
            theirs[row[0]] = (entry.name, entry.artifact_type, entry.version or "", entry.parent_ids)
    return sorted(i for i in ours.keys() | theirs.keys() if ours.get(i) != theirs.get(i))


def _count(connection: sqlite3.Connection, source: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0])
