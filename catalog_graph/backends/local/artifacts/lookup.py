"""Artifacts looked up by id or node: the row of FlowyML's table, joined with what our tables know of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.answers.facts import Details
from catalog_graph.artifact import CatalogEntry, Neighbours
from catalog_graph.backends.local.lineage import lives
from catalog_graph.backends.local.lineage.graph import PRESENT, REGISTERED, STATES, nodes_of
from catalog_graph.backends.local.store.records import COLUMNS, entry_of_row, fetch_all
from catalog_graph.backends.references import Standing, standing
from catalog_graph.instants import from_microseconds

_HOLDS = "EXISTS(SELECT 1 FROM cg_alias x WHERE x.artifact_id = n.artifact_id)"
_ALIASES = "SELECT alias FROM cg_alias WHERE artifact_id = ? ORDER BY name, alias"
_NODE = f"n.node, n.state, n.artifact_id, n.name, n.artifact_type, n.version, n.created_at, n.recorded, {_HOLDS}"
_BY_NODE = (
    f"SELECT {_NODE}, {COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    f"LEFT JOIN artifacts a ON n.state = {REGISTERED} AND a.artifact_id = n.artifact_id"
)
_BY_ID = _BY_NODE.replace("n.node = j.value", "n.artifact_id = j.value")
_PARENT_IDS = (
    "SELECT n.artifact_id FROM cg_edge e JOIN cg_node n ON n.node = e.parent WHERE e.child = ? ORDER BY e.position"
)
_PARENTS = "SELECT parent FROM cg_edge WHERE child = ? ORDER BY position"
_CHILDREN = (
    "SELECT n.node FROM cg_edge e JOIN cg_node n ON n.node = e.child WHERE e.parent = ? "
    "ORDER BY n.created_at, n.artifact_id"
)
_DETAILS = (
    "SELECT n.artifact_id, (SELECT count(*) FROM cg_edge e WHERE e.child = n.node), a.content_hash, "
    "n.state "
    "FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value "
    f"LEFT JOIN artifacts a ON n.state = {REGISTERED} AND a.artifact_id = n.artifact_id WHERE {PRESENT}"
)
_STATE = f"SELECT n.state, {PRESENT} FROM cg_node n WHERE n.artifact_id = ?"
_IS_PRESENT = f"SELECT {PRESENT} FROM cg_node n WHERE n.node = ?"


def by_nodes(connection: sqlite3.Connection, nodes: Sequence[int]) -> list[CatalogEntry]:
    """Return the entries of these nodes, in order, in any state."""
    rows = fetch_all(connection, _BY_NODE, (json.dumps(nodes),))
    entries = {row[0]: _entry(connection, row) for row in rows}
    return [entries[node] for node in nodes if node in entries]


def by_ids(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
    """Return the entries of the known ones of these ids, in any state, by id."""
    rows = fetch_all(connection, _BY_ID, (json.dumps(list(dict.fromkeys(artifact_ids))),))
    return {row[2]: _entry(connection, row) for row in rows}


def registered(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
    """Return the entries of the registered ones of these ids, by id."""
    entries = by_ids(connection, artifact_ids)
    return {artifact_id: entry for artifact_id, entry in entries.items() if entry.state == "registered"}


def neighbours(connection: sqlite3.Connection, artifact_id: str) -> Neighbours | None:
    """Return an artifact with its parents, in their order, and its children, oldest first; `None` if it is unknown."""
    node_and_state = nodes_of(connection, [artifact_id]).get(artifact_id)
    if node_and_state is None:
        return None
    node = node_and_state[:1]
    if not connection.execute(_IS_PRESENT, node).fetchone()[0]:
        return None
    return Neighbours(
        artifact=by_nodes(connection, node)[0],
        parents=by_nodes(connection, [row[0] for row in connection.execute(_PARENTS, node)]),
        children=by_nodes(connection, [row[0] for row in connection.execute(_CHILDREN, node)]),
    )


def state_of(connection: sqlite3.Connection, artifact_id: str) -> Standing | None:
    """Return the state of an id; `hidden` if it is deleted, and no present answer has it."""
    row = connection.execute(_STATE, (artifact_id,)).fetchone()
    return None if row is None else standing(STATES[row[0]], row[1])


def details(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, Details]:
    """Return number of parents and content hash of the known ones of these ids, by id."""
    rows = fetch_all(connection, _DETAILS, (json.dumps(list(artifact_ids)),))
    return {i: Details(parents, str(content_hash or ""), STATES[state]) for i, parents, content_hash, state in rows}


def kept(connection: sqlite3.Connection, nodes: Sequence[int]) -> dict[str, CatalogEntry]:
    """Return the records of those of these nodes that are deleted, tombstones and hidden ones, by id."""
    marks = {entry.artifact_id: entry for entry in by_nodes(connection, nodes)}
    records = [entry_of_row(row) for _, row in lives.kept_rows(connection, nodes)]
    return {
        entry.artifact_id: replace(
            entry, created_at=marks[entry.artifact_id].created_at, recorded_at=marks[entry.artifact_id].recorded_at
        )
        for entry in records
    }


def last_known(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
    """Return the registered ones of these artifacts, and the deleted ones as they were before, by id."""
    entries = {i: each for i, each in by_ids(connection, artifact_ids).items() if each.state != "unregistered"}
    others = nodes_of(connection, [i for i, each in entries.items() if each.state == "deleted"])
    deleted = kept(connection, [node for node, _ in others.values()]) if others else {}
    return entries | {i: replace(each, state="deleted") for i, each in deleted.items()}


def _entry(connection: sqlite3.Connection, row: tuple[Any, ...]) -> CatalogEntry:
    node, state, artifact_id, name, artifact_type, version, created_at, recorded, holds_aliases = row[:9]
    if row[9] is not None:
        entry = entry_of_row(row[9:])
        entry.created_at = created_at
    else:
        parents = [r[0] for r in connection.execute(_PARENT_IDS, (node,))]
        entry = CatalogEntry(artifact_id, name, artifact_type, created_at=created_at, version=version)
        entry.parent_ids = parents
        # A registered artifact without a row was deleted after our tables were last brought up to date.
        entry.state = STATES[state] if state != REGISTERED else "deleted"
    entry.recorded_at = from_microseconds(recorded)
    if holds_aliases:
        # Few artifacts hold any: a query for each of these is quicker than a part of the query for all.
        entry.aliases = list(dict.fromkeys(alias for (alias,) in connection.execute(_ALIASES, (artifact_id,))))
    return entry
