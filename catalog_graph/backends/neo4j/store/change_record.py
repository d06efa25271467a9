"""The change record in the graph: a node for each transaction that changed something, see `Bolt.write`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.changes.change import KINDS, RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges
from catalog_graph.changes.recording import without_content
from catalog_graph.instants import from_microseconds

_ALL = 2**62
DROPPED = 1_000
"""Maximum transactions that are dropped at a time."""


def bounds(bolt: Bolt) -> RecordBounds:
    """Return what the record holds."""
    [row] = bolt.read("changes/bounds")
    since = row["since"]
    return RecordBounds(row["first"], row["last"], None if since is None else from_microseconds(since), row["whole"])


def read(bolt: Bolt, span: RecordRange) -> list[StoredChanges]:
    """Return recorded transactions."""
    place: dict[str, Any] = {"low": span.low, "high": span.high, "limit": span.limit}
    if span.artifact_id is not None:
        [row] = bolt.read("changes/history", id=span.artifact_id, newest=span.newest, **place)
    else:
        kinds = [KINDS.index(kind) for kind in span.kinds] or None
        order = "changes/newest" if span.newest else "changes/oldest"
        [row] = bolt.read(order, kinds=kinds, caller=span.by, **place)
    return [StoredChanges(*record) for record in row["records"]]


def number_before(bolt: Bolt, at: int) -> int:
    """Return the number of the last transaction before an instant, 0 if there was none."""
    [row] = bolt.read("changes/before", at=at)
    return int(row["number"])


def purge(transaction: BoltTransaction, artifact_id: str) -> None:
    """Remove the content of an artifact from the record."""
    [row] = transaction.run("changes/history", id=artifact_id, low=0, high=_ALL, newest=False, limit=_ALL)
    rows = [[number, without_content(body, artifact_id)] for number, _, body in row["records"]]
    if rows:
        transaction.run("changes/rewrite", rows=rows)


def drop(write: Callable[[Callable[[BoltTransaction], int]], int], before: int) -> int:
    """Delete what was recorded before an instant, and return the number of transactions."""

    def some(transaction: BoltTransaction) -> int:
        [row] = transaction.run("changes/drop", before=before, limit=DROPPED)
        return int(row["dropped"])

    dropped = 0
    while (number := write(some)) > 0:
        dropped += number
    return dropped
