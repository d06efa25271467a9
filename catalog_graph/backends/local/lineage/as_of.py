"""Artifacts as they were at an instant, from the instants at which each thing began and ended."""

from __future__ import annotations

import sqlite3

from catalog_graph.backends.local.lineage.graph import DELETED, REGISTERED, UNREGISTERED
from catalog_graph.lineage import Traversal

_CARD = ("n.artifact_id", "n.name", "n.artifact_type", "n.version", "n.created_at")
_STATE_AT = (
    f"CASE WHEN n.state = {REGISTERED} AND n.recorded <= :at THEN {REGISTERED} "
    f"WHEN n.state = {DELETED} AND n.deleted <= :at THEN {DELETED} "
    f"WHEN n.state = {DELETED} AND n.recorded <= :at THEN {REGISTERED} ELSE {UNREGISTERED} END"
)
_HAD_EDGE = " OR ".join(
    f"EXISTS(SELECT 1 FROM {table} e WHERE e.{end} = n.node AND e.created <= :at)"
    for table in ("cg_edge", "cg_was_edge")
    for end in ("child", "parent")
)
_EXISTED = f"SELECT ({_STATE_AT}) <> {UNREGISTERED} OR {_HAD_EDGE} FROM cg_node n WHERE n.node = :node"


def card_columns(traversal: Traversal) -> str:
    """Return SQL for the columns of a card, of `cg_node AS n`: all but the depth, the number of the state last.

    `:at` is the instant of the traversal.
    """
    if traversal.as_of is None:
        return ", ".join((*_CARD, "n.state"))
    empty_values = ["''" if name != "n.version" else "NULL" for name in _CARD[1:]]
    columns = [
        f"CASE WHEN ({_STATE_AT}) = {UNREGISTERED} THEN {empty} ELSE {name} END"
        for name, empty in zip(_CARD[1:], empty_values, strict=True)
    ]
    return ", ".join((_CARD[0], *columns, _STATE_AT))


def state_column(traversal: Traversal) -> str:
    """Return SQL for the number of the state of `cg_node AS n` at the instant of the traversal, `:at`."""
    return "n.state" if traversal.as_of is None else _STATE_AT


def existed(connection: sqlite3.Connection, node: int, traversal: Traversal) -> bool:
    """Return True if the artifact was registered or had an edge by the instant of the traversal."""
    if traversal.as_of is None:
        return True
    return bool(connection.execute(_EXISTED, {"node": node, "at": traversal.as_of}).fetchone()[0])
