"""Marks of whole ancestries: to tell, inside a later transaction, whether anything in them has changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from itertools import chain

from catalog_graph.backends.local.artifacts.records import COLUMNS, fetched
from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.lineage.traversal import walk
from catalog_graph.lineage import Traversal

_NODES = (
    "SELECT n.node, n.artifact_id, n.state, n.version, n.created_at, s.labels FROM json_each(?) j "
    "CROSS JOIN cg_node n ON n.node = j.value LEFT JOIN cg_search s ON s.node = n.node ORDER BY n.node"
)
_CONTENTS = (
    "SELECT a.artifact_id, a.content_hash, a.uri FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN artifacts a ON a.artifact_id = n.artifact_id ORDER BY n.node"
)


def mark(connection: sqlite3.Connection, artifact_ids: Sequence[str]) -> str:
    """What artifacts and everything upstream of them are like now."""
    digest = hashlib.sha256()
    for artifact_id, (node, _) in sorted(nodes_of(connection, artifact_ids).items()):
        found = walk(connection, node, Traversal("upstream"))
        nodes = json.dumps(sorted(chain.from_iterable(found.levels)))
        for statement in (_NODES, _CONTENTS):
            digest.update(repr(fetched(connection, statement, (nodes,))).encode("utf-8", "surrogatepass"))
        digest.update(repr(sorted(chain.from_iterable(zip(*level, strict=True) for level in found.edges))).encode())
        digest.update(repr(_own(connection, artifact_id)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _own(connection: sqlite3.Connection, artifact_id: str) -> list[tuple[object, ...]]:
    """The artifact's row, metadata included, which a policy can ask about."""
    return fetched(connection, f"SELECT {COLUMNS} FROM artifacts a WHERE a.artifact_id = ?", (artifact_id,))
