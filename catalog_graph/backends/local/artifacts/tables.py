"""Entries into our tables: nodes, edges and what they are found by, in one go."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.artifacts.records import Stored
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.search.index import Labelled


def now() -> int:
    """The present instant in microseconds."""
    return time.time_ns() // 1000


def store(
    connection: sqlite3.Connection,
    documents: Sequence[Stored],
    at: Iterable[int],
    labels: Labelled | None = None,
) -> list[tuple[int, int]]:
    """Put entries that stand in FlowyML's table into ours; answers the edges (child, parent) that are new.

    New edges count from the instant `at` of their child, edges that are not there any more end then.
    `labels` are those that were worked out before.
    """
    nodes = graph.put(connection, documents, now())
    by_node = {nodes[d.entry.artifact_id]: d for d in documents}
    wanted = {node: [nodes[p] for p in d.entry.parent_ids] for node, d in by_node.items()}
    new = graph.set_parents(connection, wanted, dict(zip(by_node, at, strict=True)))
    index.put(connection, by_node, labels)
    return new
