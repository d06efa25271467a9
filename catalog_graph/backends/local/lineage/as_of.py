"""Artifacts as they were at an instant, from the instants at which each thing began and ended."""

from __future__ import annotations

import sqlite3

from catalog_graph.backends.local.lineage.graph import DELETED, PRESENT, REGISTERED, UNREGISTERED
from catalog_graph.lineage import Traversal

_CARD = ("n.artifact_id", "n.name", "n.artifact_type", "n.version", "n.created_at")
_LATER_LIFE = "FROM cg_life l WHERE l.node = n.node AND l.revived > :at ORDER BY l.revived LIMIT 1"
"""The earlier life that an instant belongs to, if it does not belong to the present one."""
_STATE_AT = (
    f"CASE WHEN EXISTS(SELECT 1 {_LATER_LIFE}) THEN (SELECT CASE WHEN l.since > :at THEN {UNREGISTERED} "
    f"WHEN l.until > :at THEN {REGISTERED} ELSE {DELETED} END {_LATER_LIFE}) "
    f"WHEN n.state = {REGISTERED} AND n.recorded <= :at THEN {REGISTERED} "
    f"WHEN n.state = {DELETED} AND n.deleted <= :at THEN {DELETED} "
    f"WHEN n.state = {DELETED} AND n.recorded <= :at THEN {REGISTERED} ELSE {UNREGISTERED} END"
)
_PRESENT = f"SELECT {PRESENT} FROM cg_node n WHERE n.node = :node"
_EXISTED = (
    f"SELECT ({_STATE_AT}) = {REGISTERED} "
    "OR EXISTS(SELECT 1 FROM cg_edge e WHERE e.parent = n.node AND e.created <= :at) "
    "OR EXISTS(SELECT 1 FROM cg_was_edge e WHERE e.parent = n.node AND e.created <= :at AND e.removed > :at) "
    "FROM cg_node n WHERE n.node = :node"
)


def card_columns(traversal: Traversal) -> str:
    """Return SQL for the columns of a card, of `cg_node AS n`: all but the depth, the number of the state last.

    `:at` is the instant of the traversal.
    """
    if traversal.as_of is None:
        return ", ".join((*_CARD, "n.state"))
    empty_values = ["''" if name != "n.version" else "NULL" for name in _CARD[1:]]
    columns = [
        f"CASE WHEN ({_STATE_AT}) = {UNREGISTERED} THEN {empty} ELSE {_of_life(name)} END"
        for name, empty in zip(_CARD[1:], empty_values, strict=True)
    ]
    return ", ".join((_CARD[0], *columns, _STATE_AT))


def type_column(traversal: Traversal) -> str:
    """Return SQL for the type of `cg_node AS n` in its life at the instant of the traversal, `:at`."""
    return "n.artifact_type" if traversal.as_of is None else _of_life("n.artifact_type")


def _of_life(name: str) -> str:
    earlier = f"(SELECT {name.replace('n.', 'l.')} {_LATER_LIFE})"
    return f"CASE WHEN EXISTS(SELECT 1 {_LATER_LIFE}) THEN {earlier} ELSE {name} END"


def state_column(traversal: Traversal) -> str:
    """Return SQL for the number of the state of `cg_node AS n` at the instant of the traversal, `:at`."""
    return "n.state" if traversal.as_of is None else _STATE_AT


def existed(connection: sqlite3.Connection, node: int, traversal: Traversal) -> bool:
    """Return True if the artifact is in answers at the instant of the traversal: registered, or with a child."""
    statement = _PRESENT if traversal.as_of is None else _EXISTED
    return bool(connection.execute(statement, {"node": node, "at": traversal.as_of}).fetchone()[0])
