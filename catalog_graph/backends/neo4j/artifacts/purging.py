"""Purging: an artifact's data leave the graph for good; its node keeps the id and the edges."""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.backends.composed import event_purging
from catalog_graph.backends.deletion import has_children, receipt_texts
from catalog_graph.backends.neo4j.artifacts import editing
from catalog_graph.backends.neo4j.artifacts.events import Neo4jEvents
from catalog_graph.backends.neo4j.store import change_record
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.records import purged
from catalog_graph.backends.neo4j.store.transaction import Changes
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.instants import microseconds
from catalog_graph.openlineage.documents import PREFIX
from catalog_graph.query.text import SEPARATOR

FOREVER = 2**62
"""An instant behind all others, in microseconds since 1970."""


def purge(transaction: BoltTransaction, artifact_id: str, force: bool) -> None:
    """Delete the artifact, and then what is kept of it; raise `NotFound`, `Conflict`, `AliasHeld`."""
    if artifact_id.startswith(PREFIX):
        Neo4jEvents(transaction)  # those who take events lock each other out first, and then artifacts
    changes = Changes(transaction)
    changes.lock([artifact_id])
    old = changes.locked(artifact_id)
    if old is None or old.state == "unregistered":
        raise unknown_artifact(artifact_id)
    [row] = transaction.run("artifacts/remains", id=artifact_id)
    if row["children"] and not force:
        raise has_children(artifact_id, row["children"])
    if not row["children"]:
        transaction.childless.add(artifact_id)
    if old.state == "registered":
        editing.delete(transaction, artifact_id, force, by="")
    else:
        changes.hide([artifact_id])
    names = sorted({old.name, *(card.split(SEPARATOR)[1] for card in row["cards"])} - {""})
    rest = purged(artifact_id, old.parent_ids if row["children"] else [], microseconds(changes.now))
    transaction.run("artifacts/purge", id=artifact_id, properties=rest)
    forget(transaction, artifact_id, names, FOREVER)
    change_record.purge(transaction, artifact_id)
    transaction.changes.purge(artifact_id)


def forget(transaction: BoltTransaction, artifact_id: str, names: Sequence[str], until: int) -> None:
    """Remove what is kept beside the record of an artifact that is purged: moves, seals, events, receipts, counters."""
    texts = receipt_texts(artifact_id, names)
    transaction.run("store/purge", id=artifact_id, names=names, texts=texts, until=until)
    if artifact_id.startswith(PREFIX):
        event_purging.forget(Neo4jEvents(transaction), artifact_id)
