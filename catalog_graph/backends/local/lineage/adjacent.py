"""Direct parents or children of many artifacts, and the cards of nodes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.lineage.card_aliases import aliases_on
from catalog_graph.backends.local.lineage.graph import STATES, nodes_of
from catalog_graph.backends.local.lineage.memory import CARDS, next_edges
from catalog_graph.lineage import Card, Direction


def adjacent(
    connection: sqlite3.Connection, artifact_ids: Sequence[str], direction: Direction
) -> dict[str, list[Card]]:
    """Return the direct parents or children of each artifact that has any; see `StoreAnswers.adjacent`."""
    ids = {node: artifact_id for artifact_id, (node, _) in nodes_of(connection, artifact_ids).items()}
    starts, ends = next_edges(connection, list(ids), direction)
    by_node = cards_of(connection, set(ends))
    cards: dict[str, list[Card]] = {}
    for start, end in zip(starts, ends, strict=True):
        cards.setdefault(ids[start], []).append(by_node[end])
    return cards


def cards_of(connection: sqlite3.Connection, nodes: Iterable[int]) -> dict[int, Card]:
    """Return the cards of nodes, at depth 0."""
    rows = connection.execute(CARDS, (json.dumps(list(nodes)),)).fetchall()
    held = aliases_on(connection, [row[-1] for row in rows])
    return {row[-1]: Card._make((*row[:5], 0, STATES[row[5]], held.get(row[0], ()))) for row in rows}
