"""What the file tells of an artifact as it was at an instant; its tables keep when each thing began and ended."""

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
_EDGE_BY_THEN = " OR ".join(
    f"EXISTS(SELECT 1 FROM {table} e WHERE e.{end} = n.node AND e.created <= :at)"
    for table in ("cg_edge", "cg_was_edge")
    for end in ("child", "parent")
)
_WAS_THERE = f"SELECT ({_STATE_AT}) <> {UNREGISTERED} OR {_EDGE_BY_THEN} FROM cg_node n WHERE n.node = :node"


def card_sql(asked: Traversal) -> str:
    """The columns of a card but its depth, the state last as a number, of `cg_node AS n`; `:at` is the instant."""
    if asked.as_of is None:
        return ", ".join((*_CARD, "n.state"))
    blank = ["''" if name != "n.version" else "NULL" for name in _CARD[1:]]
    known = [
        f"CASE WHEN ({_STATE_AT}) = {UNREGISTERED} THEN {empty} ELSE {name} END"
        for name, empty in zip(_CARD[1:], blank, strict=True)
    ]
    return ", ".join((_CARD[0], *known, _STATE_AT))


def was_there(connection: sqlite3.Connection, node: int, asked: Traversal) -> bool:
    """Whether the artifact was registered by then, or an edge had touched it."""
    if asked.as_of is None:
        return True
    return bool(connection.execute(_WAS_THERE, {"node": node, "at": asked.as_of}).fetchone()[0])
