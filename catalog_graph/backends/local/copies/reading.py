"""Records of artifacts from our tables: for a copy of the whole file, and for a batch that is merged into it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.aliases import alias_of, move_of
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts import seals
from catalog_graph.backends.local.artifacts.lookup import by_ids
from catalog_graph.backends.local.copies.rows import exact_entry, shown
from catalog_graph.backends.local.lineage.graph import DELETED, REGISTERED, STATES, UNREGISTERED
from catalog_graph.backends.local.store import erasures
from catalog_graph.backends.local.store.records import COLUMNS, entry_of_row, fetch_all
from catalog_graph.checks import checked_name
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
_DELETED_ROWS = (
    f"SELECT n.node, {COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    f"CROSS JOIN cg_deleted a ON n.state = {DELETED} AND a.artifact_id = n.artifact_id"
)
_EARLIER = (
    "SELECT l.node, l.since, l.until, l.revived, l.name, l.artifact_type, l.version, l.created_at "
    "FROM json_each(?) j CROSS JOIN cg_life l ON l.node = j.value ORDER BY l.node, l.revived"
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
    versions = connection.execute("SELECT name, last FROM cg_version ORDER BY name")
    while rows := versions.fetchmany(BATCH):
        yield [VersionRecord(name, last) for name, last in rows if _is_name(name)]
    moves = "SELECT name, alias, before, after, moved_by, at FROM cg_alias_move ORDER BY number"
    yield from _batches(connection, moves, move_of)
    yield _without_node(connection)
    nodes = connection.execute(_ORDER)
    while rows := nodes.fetchmany(BATCH):
        records = _exact_records(connection, [node for (node,) in rows])
        yield [edge for record in records if isinstance(record, ArtifactRecord) for edge in record.ended_edges()]
        yield records
    yield from seals.all_parts(connection)
    aliases = "SELECT name, alias, artifact_id, set_by, at FROM cg_alias ORDER BY name, alias"
    yield from _batches(connection, aliases, alias_of)
    yield from ([part] for kept in erasures.all_erasures(connection) for part in kept.parts(BATCH))


def _is_name(text: str) -> bool:
    """Return False for a name that no artifact can have; rows of FlowyML that have it are left out themselves."""
    try:
        checked_name(text)
    except InvalidInput:
        return False
    return True


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
    nodes = [row[0] for row in rows.values()]
    edges, earlier, kept = _edges(connection, nodes), _earlier(connection, nodes), _kept(connection, nodes)
    records = {}
    for artifact_id, (node, state, recorded, deleted, position) in rows.items():
        lives = _lives(state, recorded, deleted, earlier.get(node, []))
        record = ArtifactRecord(entries[artifact_id], lives, edges.get(node, {}), position if state else 0)
        records[artifact_id] = _whole(record, kept.get(node))
    return records


def _kept(connection: sqlite3.Connection, nodes: Sequence[int]) -> dict[int, CatalogEntry]:
    """Return the records of those of these nodes that are deleted."""
    return {row[0]: entry_of_row(row[1:]) for row in fetch_all(connection, _DELETED_ROWS, (json.dumps(list(nodes)),))}


def _whole(record: ArtifactRecord, kept: CatalogEntry | None) -> ArtifactRecord:
    """Return the record of a deleted artifact with all that is kept of it; edges that end with it say so."""
    if record.state != "deleted":
        return record
    if kept is None:
        record.whole = False
        return record
    marks = record.entry
    record.entry = replace(
        kept, parent_ids=marks.parent_ids, created_at=marks.created_at, recorded_at=marks.recorded_at, state="deleted"
    )
    record.mark_deletion(kept.parent_ids)
    record.edges = {p: record.edges[p] for p in dict.fromkeys([*kept.parent_ids, *record.edges]) if p in record.edges}
    return record


def _earlier(connection: sqlite3.Connection, nodes: Sequence[int]) -> dict[int, list[Interval]]:
    """Return the lives before the present ones; an end of the last is the begin of the present one."""
    lives: dict[int, list[Interval]] = {}
    for node, since, until, revived, *card in connection.execute(_EARLIER, (json.dumps(list(nodes)),)):
        earlier = lives.setdefault(node, [])
        earlier[-1:] = [Interval(from_microseconds(since), from_microseconds(until), card=tuple(card))]
        earlier.append(Interval(from_microseconds(revived)))
    return lives


def _batches(connection: sqlite3.Connection, statement: str, record: Any) -> Iterator[list[Record]]:
    cursor = connection.execute(statement)
    while rows := cursor.fetchmany(BATCH):
        yield list(map(record, rows))


def _exact_records(connection: sqlite3.Connection, nodes: Sequence[int]) -> list[Record]:
    edges, earlier, kept = _edges(connection, nodes), _earlier(connection, nodes), _kept(connection, nodes)
    rows = _raw(connection, _NODES, (json.dumps(nodes),))
    records = [_exact_record(row, edges.get(row[0], {}), earlier.get(row[0], [])) for row in rows]
    return [
        _whole(record, kept.get(row[0])) if isinstance(record, ArtifactRecord) else record
        for row, record in zip(rows, records, strict=True)
    ]


def _exact_record(row: Sequence[Any], edges: Edges, earlier: list[Interval]) -> Record:
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
    lives = _lives(state, recorded, deleted, earlier)
    if lives:
        entry.recorded_at = min(from_microseconds(recorded), lives[-1].start)
    return ArtifactRecord(entry, lives, edges, position)


def shown_or_number(value: Any) -> Any:
    """Return a number or `None` as it is, and bytes as text."""
    return shown(value) if isinstance(value, bytes) else value


def _lives(state: int, recorded: int, deleted: int | None, earlier: list[Interval]) -> list[Interval]:
    if state == UNREGISTERED:
        return []
    end = from_microseconds(deleted if deleted is not None else recorded) if state == DELETED else ""
    start = earlier[-1].start if earlier else from_microseconds(recorded)
    return [*earlier[:-1], Interval(start, end)]


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
