"""Records of artifacts from our tables: for a copy of the whole file, and for a batch that is merged into it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from catalog_graph.aliases import alias_of, move_of
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts.lookup import by_ids
from catalog_graph.backends.local.copies.rows import exact_entry, shown
from catalog_graph.backends.local.lineage.graph import DELETED, REGISTERED, STATES, UNREGISTERED
from catalog_graph.backends.local.store.records import COLUMNS
from catalog_graph.copies.intervals import Interval
from catalog_graph.copies.records import ArtifactRecord, LeftOut, Record, VersionRecord
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds

BATCH = 1000
Edges = dict[str, list[Interval]]

_ORDER = f"SELECT node FROM cg_node ORDER BY state = {DELETED}, recorded, position, artifact_id"
_NODES = (
    "SELECT n.node, n.artifact_id, n.state, n.name, n.artifact_type, n.version, n.created_at, n.recorded, n.deleted, "
    f"n.position, {COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    f"LEFT JOIN artifacts a ON n.state = {REGISTERED} AND a.artifact_id = n.artifact_id"
)
_NO_NODE = "NOT EXISTS(SELECT 1 FROM cg_node n WHERE n.artifact_id = a.artifact_id)"
_BY_ID = (
    "SELECT n.artifact_id, n.node, n.state, n.recorded, n.deleted, n.position "
    "FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value"
)
_PRESENT = (
    "SELECT e.child, p.artifact_id, e.created, NULL FROM json_each(?) j CROSS JOIN cg_edge e ON e.child = j.value "
    "JOIN cg_node p ON p.node = e.parent ORDER BY e.child, e.position"
)
_PAST = (
    "SELECT e.child, p.artifact_id, e.created, e.removed FROM json_each(?) j "
    "CROSS JOIN cg_was_edge e ON e.child = j.value JOIN cg_node p ON p.node = e.parent ORDER BY e.created, e.removed"
)


def all_records(connection: sqlite3.Connection) -> Iterator[Sequence[Record]]:
    """Yield everything that the file has, in batches, in the order of `CopyInterface._export`."""
    yield from _batches(connection, "SELECT name, last FROM cg_version ORDER BY name", lambda row: VersionRecord(*row))
    moves = "SELECT name, alias, before, after, moved_by, at FROM cg_alias_move ORDER BY number"
    yield from _batches(connection, moves, move_of)
    yield _without_node(connection)
    nodes = connection.execute(_ORDER)
    while rows := nodes.fetchmany(BATCH):
        yield _exact_records(connection, [node for (node,) in rows])
    children = connection.execute("SELECT DISTINCT child FROM cg_was_edge ORDER BY child")
    while rows := children.fetchmany(BATCH):
        yield _ended_edges(connection, [node for (node,) in rows])
    aliases = "SELECT name, alias, artifact_id, set_by, at FROM cg_alias ORDER BY name, alias"
    yield from _batches(connection, aliases, alias_of)


def _without_node(connection: sqlite3.Connection) -> list[Record]:
    """Return the rows of FlowyML's table that no artifact can be: they have no usable id."""
    rows = _raw(connection, f"SELECT a.rowid, {COLUMNS} FROM artifacts a WHERE {_NO_NODE}")
    left_out: list[Record] = []
    for rowid, *columns in rows:
        try:
            exact_entry(columns)
        except InvalidInput as error:
            left_out.append(LeftOut(shown(columns[0]) or f"row {rowid}", error.message))
    return left_out


def _raw(connection: sqlite3.Connection, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query with bytes for texts."""
    connection.text_factory = bytes
    try:
        return connection.execute(statement, parameters).fetchall()
    finally:
        connection.text_factory = str


def records_by_id(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, ArtifactRecord]:
    """Return the records of the known ones of these ids."""
    ids = list(artifact_ids)
    entries = by_ids(connection, ids)
    rows = {row[0]: row[1:] for row in connection.execute(_BY_ID, (json.dumps(ids),))}
    edges = _edges(connection, [row[0] for row in rows.values()])
    return {
        artifact_id: ArtifactRecord(
            entries[artifact_id], _lives(state, recorded, deleted), edges.get(node, {}), position if state else 0
        )
        for artifact_id, (node, state, recorded, deleted, position) in rows.items()
    }


def _batches(connection: sqlite3.Connection, statement: str, record: Any) -> Iterator[list[Record]]:
    cursor = connection.execute(statement)
    while rows := cursor.fetchmany(BATCH):
        yield list(map(record, rows))


def _exact_records(connection: sqlite3.Connection, nodes: Sequence[int]) -> list[Record]:
    edges = _edges(connection, nodes)
    rows = _raw(connection, _NODES, (json.dumps(nodes),))
    return [_exact_record(row, edges.get(row[0], {})) for row in rows]


def _exact_record(row: Sequence[Any], edges: Edges) -> Record:
    _, artifact_id, state, *texts, recorded, deleted, position = (shown_or_number(value) for value in row[:10])
    try:
        if state == REGISTERED and row[10] is not None:
            entry = exact_entry(row[10:])
        else:
            name, artifact_type, version, created_at = texts
            entry = CatalogEntry(artifact_id, name, artifact_type, version=version, created_at=created_at)
            entry.parent_ids = [parent for parent, intervals in edges.items() if not intervals[-1].end]
            entry.state = STATES[state]
    except InvalidInput as error:
        return LeftOut(artifact_id, error.message)
    lives = _lives(state, recorded, deleted)
    if lives:
        entry.recorded_at = lives[-1].start
    return ArtifactRecord(entry, lives, edges, position)


def shown_or_number(value: Any) -> Any:
    """Return a number or `None` as it is, and bytes as text."""
    return shown(value) if isinstance(value, bytes) else value


def _lives(state: int, recorded: int, deleted: int | None) -> list[Interval]:
    if state == UNREGISTERED:
        return []
    end = from_microseconds(deleted if deleted is not None else recorded) if state == DELETED else ""
    return [Interval(from_microseconds(recorded), end)]


def _edges(connection: sqlite3.Connection, nodes: Sequence[int]) -> dict[int, Edges]:
    """Return the intervals of the edges of children, by the id of the parent; parents in their order."""
    edges: dict[int, Edges] = {}
    text = (json.dumps(list(nodes)),)
    present = connection.execute(_PRESENT, text).fetchall()
    for child, parent, created, removed in (*connection.execute(_PAST, text).fetchall(), *present):
        interval = Interval(from_microseconds(created), "" if removed is None else from_microseconds(removed))
        edges.setdefault(child, {}).setdefault(parent, []).append(interval)
    order: dict[int, list[str]] = {}
    for child, parent, *_ in present:
        order.setdefault(child, []).append(parent)
    return {child: {p: e[p] for p in dict.fromkeys([*order.get(child, ()), *e])} for child, e in edges.items()}


def _ended_edges(connection: sqlite3.Connection, nodes: Sequence[int]) -> list[Record]:
    ids = dict(
        connection.execute(
            "SELECT n.node, n.artifact_id FROM json_each(?) j JOIN cg_node n ON n.node = j.value", (json.dumps(nodes),)
        )
    )
    records: list[Record] = []
    for child, edges in _edges(connection, nodes).items():
        records += ArtifactRecord(CatalogEntry(artifact_id=ids[child]), edges=edges).ended_edges()
    return records
