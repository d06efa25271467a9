"""The aliases on the cards of a lineage."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

_ALL = "SELECT n.node, n.artifact_id, a.alias FROM cg_alias a CROSS JOIN cg_node n ON n.artifact_id = a.artifact_id"
_OF_NODES = (
    "SELECT n.node, n.artifact_id, a.alias FROM json_each(:nodes) j CROSS JOIN cg_node n ON n.node = j.value "
    "CROSS JOIN cg_alias a ON a.artifact_id = n.artifact_id"
)


def aliases_on(connection: sqlite3.Connection, nodes: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Return the present aliases of those of these artifacts that hold any, by id, sorted.

    A large lineage usually has more artifacts than the catalog has aliases; these are then read instead.
    """
    rows = connection.execute(f"{_ALL} LIMIT ?", (len(nodes) + 1,)).fetchall()
    if len(rows) > len(nodes):
        rows = connection.execute(_OF_NODES, {"nodes": json.dumps(nodes)}).fetchall()
    on_page = set(nodes)
    held: dict[str, set[str]] = defaultdict(set)
    for node, artifact_id, alias in rows:
        if node in on_page:
            held[artifact_id].add(alias)
    return {artifact_id: tuple(sorted(aliases)) for artifact_id, aliases in held.items()}
