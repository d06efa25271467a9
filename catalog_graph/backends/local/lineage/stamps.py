"""Stamps of ancestries: a digest by which a later transaction can see if anything upstream has changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from itertools import chain

from catalog_graph.backends.local.lineage.closure import closure_of
from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.store.records import COLUMNS, fetch_all
from catalog_graph.lineage import Traversal

_NODES = (
    "SELECT n.node, n.artifact_id, n.state, n.version, n.created_at, s.labels FROM json_each(?) j "
    "CROSS JOIN cg_node n ON n.node = j.value LEFT JOIN cg_search s ON s.node = n.node ORDER BY n.node"
)
_ROWS = (
    f"SELECT {COLUMNS} FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN artifacts a ON a.artifact_id = n.artifact_id ORDER BY n.node"
)
"""The whole rows of artifacts, because a policy may have a rule on anything in them."""


def mark(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> str:
    """Return a digest of the present state of artifacts and of everything upstream of them."""
    digest = hashlib.sha256()
    for node, _ in sorted(nodes_of(connection, artifact_ids).values()):
        closure = closure_of(connection, node, Traversal("upstream"))
        nodes = json.dumps([node, *sorted(chain.from_iterable(closure.levels))])
        edges = sorted(chain.from_iterable(zip(*level, strict=True) for level in closure.edges))
        for state in (fetch_all(connection, _NODES, (nodes,)), fetch_all(connection, _ROWS, (nodes,)), edges):
            digest.update(repr(state).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
