"""Entries as answers give them: a row of FlowyML's table with what our tables know of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from catalog_graph.artifact import CatalogEntry, Neighbours
from catalog_graph.backends.local.artifacts.records import COLUMNS, entry_of_row, fetched
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES, nodes_of
from catalog_graph.instants import from_microseconds

_NODE = "n.node, n.state, n.artifact_id, n.name, n.artifact_type, n.version, n.created_at, n.recorded"
_BY_NODE = (
    f"SELECT {_NODE}, {COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "LEFT JOIN artifacts a ON n.state = 1 AND a.artifact_id = n.artifact_id"
)
_BY_ID = _BY_NODE.replace("n.node = j.value", "n.artifact_id = j.value")
_PARENTS = (
    "SELECT n.artifact_id FROM cg_edge e JOIN cg_node n ON n.node = e.parent WHERE e.child = ? ORDER BY e.position"
)


def by_nodes(connection: sqlite3.Connection, nodes: Sequence[int]) -> list[CatalogEntry]:
    """The entries of these nodes, in order, whatever their state."""
    found = fetched(connection, _BY_NODE, (json.dumps(nodes),))
    entries = {row[0]: _entry(connection, row) for row in found}
    return [entries[node] for node in nodes if node in entries]


def by_ids(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
    """The entries of those of these ids that are known, whatever their state."""
    found = fetched(connection, _BY_ID, (json.dumps(list(dict.fromkeys(artifact_ids))),))
    return {row[2]: _entry(connection, row) for row in found}


def neighbours(connection: sqlite3.Connection, artifact_id: str) -> Neighbours | None:
    """An artifact with its parents, as they were given, and its children, oldest first."""
    found = nodes_of(connection, [artifact_id]).get(artifact_id)
    if found is None:
        return None
    row = found[:1]
    parents = "SELECT parent FROM cg_edge WHERE child = ? ORDER BY position"
    children = (
        "SELECT n.node FROM cg_edge e JOIN cg_node n ON n.node = e.child WHERE e.parent = ? "
        "ORDER BY n.created_at, n.artifact_id"
    )
    return Neighbours(
        artifact=by_nodes(connection, row)[0],
        parents=by_nodes(connection, [r[0] for r in connection.execute(parents, row)]),
        children=by_nodes(connection, [r[0] for r in connection.execute(children, row)]),
    )


def _entry(connection: sqlite3.Connection, row: tuple[Any, ...]) -> CatalogEntry:
    node, state, artifact_id, name, artifact_type, version, created_at, recorded = row[:8]
    if row[8] is not None:
        entry = entry_of_row(row[8:])
        entry.created_at = created_at
    else:
        parents = [r[0] for r in connection.execute(_PARENTS, (node,))]
        entry = CatalogEntry(artifact_id, name, artifact_type, created_at=created_at, version=version)
        entry.parent_ids = parents
        # A row that has gone since our tables were brought up to date was deleted.
        entry.state = STATES[state] if state != REGISTERED else "deleted"
    entry.recorded_at = from_microseconds(recorded)
    return entry
