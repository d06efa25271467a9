"""The ancestry of an artifact as a seal needs it, read as a stream."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from catalog_graph.backends.local.lineage.as_of import card_columns
from catalog_graph.backends.local.lineage.graph import REGISTERED, STATES, nodes_of
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.cards import Card
from catalog_graph.lineage import Traversal
from catalog_graph.seals.ancestry import Ancestor

_ANCESTORS = f"""
    WITH RECURSIVE upstream (node) AS (
        SELECT ? UNION SELECT e.parent FROM upstream u CROSS JOIN cg_edge e ON e.child = u.node
    )
    SELECT n.node, (SELECT json_group_array(e.parent) FROM cg_edge e WHERE e.child = n.node),
        {card_columns(Traversal("upstream"))}
    FROM upstream u CROSS JOIN cg_node n ON n.node = u.node
"""


def ancestors(connection: sqlite3.Connection, artifact_id: str) -> Iterator[Ancestor]:
    """Yield an artifact and everything upstream of it; raise `NotFound`."""
    nodes = nodes_of(connection, [artifact_id])
    if artifact_id not in nodes:
        raise unknown_artifact(artifact_id)
    root, _ = nodes[artifact_id]
    for node, parents, *fields, state in connection.execute(_ANCESTORS, (root,)):
        card = None if state == REGISTERED else Card._make((*fields, 0, STATES[state], ()))
        yield Ancestor(node, fields[0], card, json.loads(parents))
