"""The ancestry of an artifact as a seal needs it: ids and edges alone, a third of the memory of a lineage."""

from __future__ import annotations

import json
import sqlite3
from array import array

from catalog_graph.backends.local.lineage.as_of import card_columns
from catalog_graph.backends.local.lineage.closure import next_edges
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES, nodes_of
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.cards import Card
from catalog_graph.lineage import Traversal
from catalog_graph.seals.ancestry import AncestryGraph

_NODES = "SELECT n.node, n.artifact_id, n.state FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value"
_CARD = f"SELECT {card_columns(Traversal('upstream'))} FROM cg_node n WHERE n.node = ?"


def ancestry_graph(connection: sqlite3.Connection, artifact_id: str) -> AncestryGraph:
    """Return the ids and edges of an artifact and everything upstream of it; raise `NotFound`."""
    nodes = nodes_of(connection, [artifact_id])
    if artifact_id not in nodes:
        raise unknown_artifact(artifact_id)
    ids: list[str] = []
    positions: dict[int, int] = {}
    unregistered: dict[int, Card] = {}
    children, parents = array("l"), array("l")
    level = [nodes[artifact_id][0]]
    while level:
        for node, own_id, state in connection.execute(_NODES, (json.dumps(level),)):
            if state != REGISTERED:
                unregistered[len(ids)] = _card(connection, node)
            positions[node] = len(ids)
            ids.append(own_id)
        starts, ends = next_edges(connection, level, "upstream")
        children.extend(starts)
        parents.extend(ends)
        level = list(set(ends) - positions.keys())
    for numbers in (children, parents):
        for at, node in enumerate(numbers):
            numbers[at] = positions[node]
    return AncestryGraph(ids, unregistered, children, parents)


def _card(connection: sqlite3.Connection, node: int) -> Card:
    *fields, state = connection.execute(_CARD, (node,)).fetchone()
    return Card._make((*fields, 0, STATES[state], ()))
