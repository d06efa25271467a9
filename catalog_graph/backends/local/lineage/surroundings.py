"""The surroundings of artifacts: their degrees, and the edges among them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from catalog_graph.answers.picture import Surroundings
from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.lineage.memory import next_edges


def surroundings(connection: sqlite3.Connection, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
    """Return the numbers of parents and children of each artifact, and the edges among all of them."""
    ids = {node: artifact_id for artifact_id, (node, _) in nodes_of(connection, artifact_ids).items()}
    nodes = list(ids)
    children, parents = next_edges(connection, nodes, "upstream", as_of)
    starts, _ = next_edges(connection, nodes, "downstream", as_of)
    return Surroundings(
        parents={ids[node]: count for node, count in Counter(children).items()},
        children={ids[node]: count for node, count in Counter(starts).items()},
        edges=[(ids[c], ids[p]) for c, p in zip(children, parents, strict=True) if p in ids],
    )
