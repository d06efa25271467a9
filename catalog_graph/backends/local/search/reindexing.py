"""Index registered artifacts again, in batches, after an upgrade that changed what is indexed."""

from __future__ import annotations

import sqlite3

from catalog_graph.backends.local.search import index
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.records import Document
from catalog_graph.backends.local.store.schema import meta, set_meta

BATCH_ROWS = 1000
"""Artifacts of a batch, which takes a fraction of a second."""

_ROWS = (
    f"SELECT s.node, s.created, {records.COLUMNS} FROM cg_search s CROSS JOIN artifacts a "
    "ON a.artifact_id = s.artifact_id WHERE s.node > ? AND s.node <= ? ORDER BY s.node LIMIT ?"
)


def progress(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the last node that is indexed, and the last one to index."""
    return meta(connection, "nodes_indexed"), meta(connection, "nodes_to_index")


def store(connection: sqlite3.Connection) -> bool:
    """Index the next batch in the caller's transaction; return False if nothing was left."""
    done, last = progress(connection)
    if done >= last:
        return False
    rows = records.fetch_all(connection, _ROWS, (done, last, BATCH_ROWS))
    documents = {node: Document(records.entry_of_row(row), created, created) for node, created, *row in rows}
    index.put(connection, documents)
    set_meta(connection, "nodes_indexed", rows[-1][0] if len(rows) == BATCH_ROWS else last)
    return True
