"""Nodes and edges: what is known of each artifact, and what was made from what, now and before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog_graph.artifact import State, version_number
from catalog_graph.backends.local.artifacts.records import Stored

STATES: tuple[State, ...] = ("unregistered", "registered", "deleted")
"""By the number that a node keeps."""
UNREGISTERED, REGISTERED, DELETED = range(3)


def nodes_of(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Node and state of each of these ids that is known."""
    found = connection.execute(
        "SELECT n.artifact_id, n.node, n.state FROM json_each(?) j CROSS JOIN cg_node n ON n.artifact_id = j.value",
        (json.dumps(list(artifact_ids)),),
    )
    return {artifact_id: (node, state) for artifact_id, node, state in found}


def put(connection: sqlite3.Connection, documents: Sequence[Stored], now: int) -> dict[str, int]:
    """Make the artifacts of `documents` registered ones that say what their entries say.

    Answers the nodes of their ids and of their parents' ids; parents that are not known become
    unregistered ones.
    """
    by_id = {d.entry.artifact_id: d for d in documents}
    known = _nodes(connection, [*by_id, *(p for d in documents for p in d.entry.parent_ids)])
    connection.executemany(
        "UPDATE cg_node SET artifact_id = ?, state = ?, name = ?, artifact_type = ?, version = ?, created_at = ?, "
        "recorded = ?, deleted = NULL WHERE node = ?",
        [(*_node(by_id[i]), node) for i, node in known.items() if node and i in by_id],
    )
    unknown = [artifact_id for artifact_id, node in known.items() if not node]
    made = _new_nodes(connection, unknown)
    connection.executemany(
        "INSERT INTO cg_node VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        [(node, *(_node(by_id[i]) if i in by_id else _stub(i, now))) for i, node in made.items()],
    )
    count_versions(connection, [(d.entry.name, version_number(d.entry.version)) for d in documents])
    return known | made


def ensure(connection: sqlite3.Connection, artifact_ids: Iterable[str], now: int) -> dict[str, int]:
    """The nodes of these ids; those that are not known become unregistered ones."""
    known = _nodes(connection, artifact_ids)
    made = _new_nodes(connection, [artifact_id for artifact_id, node in known.items() if not node])
    connection.executemany(
        "INSERT INTO cg_node VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        [(node, *_stub(artifact_id, now)) for artifact_id, node in made.items()],
    )
    return known | made


def _nodes(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, int]:
    """Each of these ids once, with its node; 0 where it is not known."""
    wanted = dict.fromkeys(artifact_ids, 0)
    return wanted | {artifact_id: node for artifact_id, (node, _) in nodes_of(connection, wanted).items()}


def _new_nodes(connection: sqlite3.Connection, artifact_ids: Iterable[str]) -> dict[str, int]:
    last = connection.execute("SELECT max(node) FROM cg_node").fetchone()[0] or 0
    return {artifact_id: node for node, artifact_id in enumerate(artifact_ids, last + 1)}


def _node(document: Stored) -> tuple[Any, ...]:
    e = document.entry
    return (e.artifact_id, REGISTERED, e.name, e.artifact_type, e.version, e.created_at, document.recorded)


def _stub(artifact_id: str, now: int) -> tuple[Any, ...]:
    return (artifact_id, UNREGISTERED, "", "", None, "", now)


def count_versions(connection: sqlite3.Connection, seen: Iterable[tuple[str, int | None]]) -> None:
    """Note the whole-number versions that names have had."""
    highest: dict[str, int] = {}
    for name, number in seen:
        if number is not None:
            highest[name] = max(number, highest.get(name, 0))
    connection.executemany(
        "INSERT INTO cg_version VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)",
        sorted(highest.items()),
    )


def parents(connection: sqlite3.Connection, children: Iterable[int]) -> dict[int, dict[int, tuple[int, int]]]:
    """By child: its parents in order, each with its position and since when it is one."""
    found = connection.execute(
        "SELECT e.child, e.parent, e.position, e.created FROM json_each(?) j CROSS JOIN cg_edge e "
        "ON e.child = j.value ORDER BY e.child, e.position",
        (json.dumps(list(children)),),
    )
    edges: dict[int, dict[int, tuple[int, int]]] = {}
    for child, parent, position, created in found:
        edges.setdefault(child, {})[parent] = (position, created)
    return edges


def set_parents(
    connection: sqlite3.Connection, wanted: Mapping[int, Sequence[int]], at: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Give each child exactly these parents, in order, since the instant `at` of the child.

    Edges that are not wanted any more become history. Answers the edges that are new.
    """
    before = parents(connection, wanted)
    gone: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, int, int, int]] = []
    new: list[tuple[int, int]] = []
    for child, parent_nodes in wanted.items():
        was = before.get(child, {})
        now = dict.fromkeys(parent_nodes)
        gone += [(child, p, created, at[child]) for p, (_, created) in was.items() if p not in now]
        for position, parent in enumerate(now):
            if parent not in was:
                new.append((child, parent))
                rows.append((child, parent, position, at[child]))
            elif was[parent][0] != position:
                rows.append((child, parent, position, was[parent][1]))
    connection.executemany("INSERT INTO cg_was_edge VALUES (?, ?, ?, ?)", gone)
    connection.executemany("DELETE FROM cg_edge WHERE child = ? AND parent = ?", [row[:2] for row in gone])
    rows.sort()
    connection.executemany("INSERT OR REPLACE INTO cg_edge VALUES (?, ?, ?, ?)", rows)
    return new


def bury(connection: sqlite3.Connection, deleted: Mapping[int, int]) -> None:
    """Make these nodes deleted ones since an instant, or forget them where no edge ever touched them."""
    for node, instant in deleted.items():
        touched: Any = connection.execute(
            "SELECT EXISTS(SELECT 1 FROM cg_edge WHERE child = :n) OR EXISTS(SELECT 1 FROM cg_edge WHERE parent = :n) "
            "OR EXISTS(SELECT 1 FROM cg_was_edge WHERE child = :n) "
            "OR EXISTS(SELECT 1 FROM cg_was_edge WHERE parent = :n)",
            {"n": node},
        ).fetchone()[0]
        if touched:
            update = "UPDATE cg_node SET state = ?, deleted = ? WHERE node = ?"
            connection.execute(update, (DELETED, instant, node))
        else:
            connection.execute("DELETE FROM cg_node WHERE node = ?", (node,))
