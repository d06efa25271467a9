"""The newest artifacts of names, and the numbers of newer versions."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Any

from catalog_graph.answers.facts import Newest
from catalog_graph.backends.local.artifacts.names import PLACE, latest_node
from catalog_graph.backends.local.lineage.adjacent import cards_of
from catalog_graph.backends.local.lineage.graph import REGISTERED
from catalog_graph.lineage import Card

_MOVED = (
    "SELECT DISTINCT m.before, m.alias, n.node FROM cg_alias_move m JOIN cg_alias a ON a.name = m.name "
    "AND a.alias = m.alias JOIN cg_node n ON n.artifact_id = a.artifact_id "
    "WHERE m.name = ? AND m.before IS NOT NULL AND m.before <> a.artifact_id"
)
_OWN = f"SELECT {PLACE} FROM cg_node n WHERE n.artifact_id = :id"
_OF_NAME = (
    f"SELECT {PLACE} FROM cg_node n INDEXED BY cg_node_name "
    f"WHERE n.state = {REGISTERED} AND n.name = :name ORDER BY 1, 2, 3, 4"
)


def newest(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, Newest]:
    """Return the newest artifact of each name that has one; see `StoreAnswers.newest`."""
    latest = {name: last for name in names if (last := latest_node(connection, name)) is not None}
    moves = {name: connection.execute(_MOVED, (name,)).fetchall() for name in latest}
    holders = [holder for rows in moves.values() for _, _, holder in rows]
    by_node = cards_of(connection, [*(node for node, _ in latest.values()), *holders])
    answers: dict[str, Newest] = {}
    for name, (node, by_number) in latest.items():
        moved: dict[str, dict[str, Card]] = {}
        for before, alias, holder in moves[name]:
            moved.setdefault(before, {})[alias] = by_node[holder]
        answers[name] = Newest(by_node[node], by_number, moved)
    return answers


def newer(connection: sqlite3.Connection, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
    """Count the newer versions of each artifact; see `StoreAnswers.newer`."""
    orders: dict[str, list[tuple[Any, ...]]] = {}
    counts = {}
    for card in artifacts:
        values = {"id": card.artifact_id, "name": card.name, "by_number": card.name in by_number}
        if card.name not in orders:
            orders[card.name] = connection.execute(_OF_NAME, values).fetchall()
        order = orders[card.name]
        counts[card.artifact_id] = len(order) - bisect_right(order, connection.execute(_OWN, values).fetchone())
    return counts
