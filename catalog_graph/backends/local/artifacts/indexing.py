"""Indexing: nodes, edges and search index of entries that FlowyML's table has already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.lineage import graph
from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.search.index import Labels
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document


def index_documents(
    connection: sqlite3.Connection,
    documents: Sequence[Document],
    at: Iterable[int],
    labels: Labels | None = None,
) -> list[tuple[int, int]]:
    """Bring our tables up to date with documents, and return the new edges (child, parent).

    `at` has an instant for each document: its new edges begin then, and those that it has lost end then. `labels` are
    those computed before.
    """
    nodes = graph.put(connection, documents, now())
    by_node = {nodes[d.entry.artifact_id]: d for d in documents}
    parents_of = {node: [nodes[p] for p in d.entry.parent_ids] for node, d in by_node.items()}
    new_edges = graph.set_parents(connection, parents_of, dict(zip(by_node, at, strict=True)))
    index.put(connection, by_node, labels)
    return new_edges


def index_now(connection: sqlite3.Connection, entries: Iterable[CatalogEntry]) -> list[tuple[int, int]]:
    """Bring our tables up to date with entries that are changed now, and return the new edges (child, parent)."""
    documents = [Document.of(entry) for entry in entries]
    return index_documents(connection, documents, [now()] * len(documents))
