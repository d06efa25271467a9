"""Nodes and edges: every known artifact, and what it was made from, now and in the past."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, State, version_number
from catalog_graph.backends.local.lineage import lives
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.records import Document, parents_of
from catalog_graph.changes.recording import edge_items, item

STATES: tuple[State, ...] = ("unregistered", "registered", "deleted")
"""Names of the states, by their numbers in `cg_node`."""
UNREGISTERED, REGISTERED, DELETED = range(3)
PRESENT = f"(n.state = {REGISTERED} OR EXISTS (SELECT 1 FROM cg_edge below WHERE below.parent = n.node))"
"""SQL condition on `cg_node AS n`: it is registered, or something registered or deleted derives from it."""

_EDGES_TO_HIDE = (
    "SELECT e.child, e.parent, e.created FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    f"CROSS JOIN cg_edge e ON e.child = n.node WHERE n.state = {DELETED} AND NOT {PRESENT}"
)

_INSERT = (
    "INSERT INTO cg_node (node, artifact_id, state, name, artifact_type, version, created_at, recorded, position) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def nodes_of(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return node and state of each of these ids that is known."""
    rows = connection.execute(
        "SELECT n.artifact_id, n.node, n.state FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {artifact_id: (node, state) for artifact_id, node, state in rows}


def stubs_of(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> set[str]:
    """Return those of these ids that are unregistered."""
    states = nodes_of(connection, artifact_ids)
    return {artifact_id for artifact_id, (_, state) in states.items() if state == UNREGISTERED}


def hidden_of(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> set[str]:
    """Return those of these ids that are deleted and have no child."""
    rows = connection.execute(
        "SELECT n.artifact_id FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value "
        f"WHERE n.state = {DELETED} AND NOT {PRESENT}",
        (json.dumps(list(artifact_ids)),),
    )
    return {artifact_id for (artifact_id,) in rows}


def put(connection: sqlite3.Connection, documents: Sequence[Document], now: int) -> dict[str, int]:
    """Make the nodes of documents registered ones with the fields of their entries.

    Return the nodes of their ids and of their parents' ids; unknown parents become stubs.
    """
    by_id = {d.entry.artifact_id: d for d in documents}
    lives.begin(connection, documents, now)
    known = _known_or_zero(connection, [*by_id, *(p for d in documents for p in d.entry.parent_ids)])
    connection.executemany(
        # An artifact that is registered already keeps its position.
        "UPDATE cg_node SET artifact_id = ?1, state = ?2, name = ?3, artifact_type = ?4, version = ?5, "
        "created_at = ?6, recorded = ?7, position = CASE WHEN state <> 0 AND recorded = ?7 THEN position ELSE ?8 END, "
        "deleted = NULL WHERE node = ?9",
        [(*_row(by_id[i]), node) for i, node in known.items() if node and i in by_id],
    )
    new = _new_nodes(connection, known)
    connection.executemany(
        _INSERT,
        [(node, *(_row(by_id[i]) if i in by_id else _stub(i, now))) for i, node in new.items()],
    )
    note_versions(connection, [(d.entry.name, version_number(d.entry.version)) for d in documents])
    return _noted(connection, known | new)


def ensure(connection: sqlite3.Connection, artifact_ids: Iterable[str], now: int) -> dict[str, int]:
    """Return the nodes of these ids; unknown ones become stubs."""
    known = _known_or_zero(connection, artifact_ids)
    new = _new_nodes(connection, known)
    connection.executemany(
        _INSERT,
        [(node, *_stub(artifact_id, now)) for artifact_id, node in new.items()],
    )
    return _noted(connection, known | new)


def _noted(connection: sqlite3.Connection, nodes: dict[str, int]) -> dict[str, int]:
    """Note the ids of nodes for the change record, which would look them up otherwise, and return them."""
    recorder_of(connection).note_nodes(nodes)
    return nodes


def parents(connection: sqlite3.Connection, children: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """Return, for each child, its parents in order, each with the position and the creation of the edge."""
    rows = connection.execute(
        "SELECT e.child, e.parent, e.position, e.created FROM json_each(?) j CROSS JOIN cg_edge e "
        "ON e.child = j.value ORDER BY e.child, e.position",
        (json.dumps(list(children)),),
    )
    edges: dict[int, dict[int, tuple[int, int]]] = {}
    for child, parent, position, created in rows:
        edges.setdefault(child, {})[parent] = (position, created)
    return edges


def set_parents(
    connection: sqlite3.Connection, parents_of: Mapping[int, Sequence[int]], at: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Give each child exactly these parents, in order, as of the instant `at` of the child.

    Other edges of the child become history. Deleted artifacts that become parents derive from their own parents again;
    those that are parents no longer, do not. Return the new edges (child, parent).
    """
    before = parents(connection, parents_of)
    removed: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, int, int, int]] = []
    new: list[tuple[int, int]] = []
    for child, parent_nodes in parents_of.items():
        old = before.get(child, {})
        current = dict.fromkeys(parent_nodes)
        removed += [(child, p, created, at[child]) for p, (_, created) in old.items() if p not in current]
        for position, parent in enumerate(current):
            if parent not in old:
                new.append((child, parent))
                rows.append((child, parent, position, at[child]))
            elif old[parent][0] != position:
                rows.append((child, parent, position, old[parent][1]))
    connection.executemany("INSERT INTO cg_was_edge VALUES (?, ?, ?, ?)", removed)
    connection.executemany("DELETE FROM cg_edge WHERE child = ? AND parent = ?", [row[:2] for row in removed])
    rows.sort()
    connection.executemany("INSERT OR REPLACE INTO cg_edge VALUES (?, ?, ?, ?)", rows)
    recorder = recorder_of(connection)
    recorder.add(edge_items("edges_removed", (row[:2] for row in removed)))
    recorder.add(edge_items("edges_added", new))
    for child, parent, _, _ in removed:
        hide(connection, [parent], at[child])
    return new + _restored(connection, new, at)


def bury(connection: sqlite3.Connection, node: int, at: int) -> None:
    """Mark a node as deleted; if nothing derives from it, its edges become history."""
    connection.execute("UPDATE cg_node SET state = ?, deleted = ? WHERE node = ?", (DELETED, at, node))
    recorder_of(connection).add([item("deleted", node)])
    hide(connection, [node], at)


def hide(connection: sqlite3.Connection, nodes: Sequence[int], at: int) -> None:
    """End the edges of those of `nodes` that are deleted and have no child; then look at their parents."""
    while nodes:
        edges = connection.execute(_EDGES_TO_HIDE, (json.dumps(nodes),)).fetchall()
        connection.executemany("INSERT INTO cg_was_edge VALUES (?, ?, ?, ?)", [(*edge, at) for edge in edges])
        connection.executemany("DELETE FROM cg_edge WHERE child = ? AND parent = ?", [edge[:2] for edge in edges])
        recorder_of(connection).add(edge_items("edges_removed", (edge[:2] for edge in edges)))
        nodes = list({parent for _, parent, _ in edges})


def restore(connection: sqlite3.Connection, nodes: Sequence[int], at: int) -> list[tuple[int, int]]:
    """Add the edges that deletion ended to those of these nodes that are deleted and have a child; return them."""
    children = connection.execute(
        "SELECT e.child, e.parent FROM json_each(?) j CROSS JOIN cg_edge e ON e.parent = j.value "
        "JOIN cg_node n ON n.node = e.parent WHERE n.deleted IS NOT NULL",
        (json.dumps(list(nodes)),),
    ).fetchall()
    return _restored(connection, children, {child: at for child, _ in children})


def _restored(
    connection: sqlite3.Connection, edges: Sequence[tuple[int, int]], at: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Add the edges that deletion ended to those parents of new edges that are deleted; return what was added."""
    children = {parent: child for child, parent in edges}
    new: list[tuple[int, int]] = []
    for node, row in lives.kept_rows(connection, children) if edges else ():
        ids = parents_of(row[CONTRACT_FIELDS.index("parent_ids")])
        instant = at[children[node]]
        nodes = ensure(connection, ids, instant)
        new += set_parents(connection, {node: [nodes[i] for i in ids]}, {node: instant})
    return new


def restores(connection: sqlite3.Connection, edges: Iterable[tuple[int, int]]) -> bool:
    """Return True if one of these edges is of a deleted artifact."""
    return bool(lives.kept_rows(connection, {child for child, _ in edges}))


def _known_or_zero(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, int]:
    """Return each of these ids once, with its node, or 0 if it is unknown."""
    zeros = dict.fromkeys(artifact_ids, 0)
    return zeros | {artifact_id: node for artifact_id, (node, _) in nodes_of(connection, zeros).items()}


def _new_nodes(connection: sqlite3.Connection, known: Mapping[str, int]) -> dict[str, int]:
    """Return a new node for each id whose node is 0."""
    last = connection.execute("SELECT max(node) FROM cg_node").fetchone()[0] or 0
    unknown = (artifact_id for artifact_id, node in known.items() if not node)
    return {artifact_id: node for node, artifact_id in enumerate(unknown, last + 1)}


def _row(document: Document) -> tuple[Any, ...]:
    d, e = document, document.entry
    return (e.artifact_id, REGISTERED, e.name, e.artifact_type, e.version, e.created_at, d.recorded, d.position)


def _stub(artifact_id: str, now: int) -> tuple[Any, ...]:
    return (artifact_id, UNREGISTERED, "", "", None, "", now, 0)


def note_versions(connection: sqlite3.Connection, versions: Iterable[tuple[str, int | None]]) -> None:
    """Keep the highest whole-number version of each name, so that the next one can be numbered."""
    highest: dict[str, int] = {}
    for name, number in versions:
        if number is not None:
            highest[name] = max(number, highest.get(name, 0))
    connection.executemany(
        "INSERT INTO cg_version VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
        sorted(highest.items()),
    )
