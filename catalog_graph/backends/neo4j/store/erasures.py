"""Worklists of what must go with an artifact, in Neo4j: nodes without edges."""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.answers.kept_erasure import StoredErasure, StoredItem
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction

BATCH = 10_000
"""Maximum number of items that one query adds."""


def all_erasures(bolt: Bolt) -> list[StoredErasure]:
    """Return all worklists."""
    [row] = bolt.read("store/erasure_ids")
    return [kept for artifact_id in row["ids"] if (kept := erasure(bolt, artifact_id)) is not None]


def erasure(store: Bolt | BoltTransaction, artifact_id: str) -> StoredErasure | None:
    """Return the worklist of an artifact, if there is one."""
    run = store.read if isinstance(store, Bolt) else store.run
    for row in run("store/erasure", artifact_id=artifact_id):
        items = [StoredItem(*item) for item in row["items"] if item[0] is not None]
        return StoredErasure(row["artifact_id"], row["opened"], row["opened_by"], row["reason"], items)
    return None


def keep(bolt: Bolt, kept: StoredErasure) -> None:
    """Keep a worklist, and the items that it lacks."""

    def work(transaction: BoltTransaction) -> None:
        lock(transaction)
        _add(transaction, kept)

    bolt.write(work)


def lock(transaction: BoltTransaction) -> None:
    """Let no other transaction change worklists until this one ends."""
    transaction.run("store/take_locks", names=["erasures"])


def put(transaction: BoltTransaction, kept: StoredErasure) -> None:
    """Keep a worklist, in place of the one that is kept."""
    transaction.run("store/drop_erasure", artifact_id=kept.artifact_id)
    _add(transaction, kept)


def _add(transaction: BoltTransaction, kept: StoredErasure) -> None:
    artifact_id, opened, by, reason, items = kept
    [row] = transaction.run("store/keep_erasure", artifact_id=artifact_id, opened=opened, by=by, reason=reason)
    known = set(row["items"])
    new = [_properties(artifact_id, item) for item in items if item.item not in known]
    for at in range(0, len(new), BATCH):
        transaction.run("store/keep_erasure_items", items=new[at : at + BATCH])


def mark(bolt: Bolt, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
    """Mark those of these items that are not done yet."""

    def work(transaction: BoltTransaction) -> None:
        lock(transaction)
        values = {"artifact_id": artifact_id, "items": list(items), "by": by, "note": note}
        transaction.run("store/mark_erasure", **values, now=at)

    bolt.write(work)


def _properties(artifact_id: str, item: StoredItem) -> dict[str, object]:
    times = {"added": item.added_at, "done": item.done_at}
    return {
        "erasure": artifact_id,
        **{name: value for name, value in item._asdict().items() if not name.endswith("_at")},
        **times,
    }
