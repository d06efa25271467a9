"""Changes of one artifact: its tags, its parents, its deletion. Each runs in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.aliases import refuse_held
from catalog_graph.artifact import CatalogEntry, without
from catalog_graph.backends.deletion import no_record, not_deleted
from catalog_graph.backends.neo4j.artifacts import aliases
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.records import kept_entry, labels, tombstone
from catalog_graph.backends.neo4j.store.transaction import Changes
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.changes.recording import item
from catalog_graph.checks import MAX_TAG_BYTES, checked_object, checked_parents
from catalog_graph.instants import microseconds


def edit_tags(
    transaction: BoltTransaction, artifact_id: str, tags: Mapping[str, Any], remove: Sequence[str]
) -> CatalogEntry:
    """Set and remove tags by key; return the new contents."""
    changes = Changes(transaction)
    old = changes.registered(artifact_id)
    gone = set(remove)
    kept = {key: value for key, value in {**old.tags, **tags}.items() if key not in gone}
    return _saved(changes, replace(old, tags=checked_object(kept, "tags", MAX_TAG_BYTES)))


def edit_parents(
    transaction: BoltTransaction, artifact_id: str, add: Sequence[str], remove: Sequence[str]
) -> CatalogEntry:
    """Add and remove parents; raise `CycleRefused` if an edge closes a cycle."""
    changes = Changes(transaction)
    old = changes.registered(artifact_id, add)
    gone = set(remove)
    parents = checked_parents(artifact_id, [*old.parent_ids, *add])
    return _saved(changes, replace(old, parent_ids=[p for p in parents if p not in gone]))


def unset(
    transaction: BoltTransaction, artifact_id: str, metadata: Sequence[str], fields: Sequence[str]
) -> CatalogEntry:
    """Remove metadata by key, and clear fields; return the new contents."""
    changes = Changes(transaction)
    return _saved(changes, without(changes.registered(artifact_id), metadata, fields))


def delete(transaction: BoltTransaction, artifact_id: str, force: bool, by: str) -> None:
    """Delete the artifact; its node keeps its record. Without a child, its edges become history.

    Raise `AliasHeld` if it holds an alias, unless `force` removes its aliases first.
    """
    if force:
        aliases.unset_all(transaction, artifact_id, by)
    changes = Changes(transaction)
    old = changes.registered(artifact_id)
    refuse_held(artifact_id, aliases.held(transaction, artifact_id))
    rest = tombstone(old, microseconds(changes.now))
    transaction.run("artifacts/update", rows=[{"properties": rest, "old_labels": [], "labels": labels(old)}])
    transaction.changes.add([item("deleted", artifact_id)])
    changes.hide([artifact_id])


def undelete(transaction: BoltTransaction, artifact_id: str) -> CatalogEntry:
    """Register a deleted artifact as its record has it; raise `NotFound`, `Conflict`."""
    changes = Changes(transaction)
    changes.lock([artifact_id])
    old = changes.locked(artifact_id)
    if old is None or old.state == "unregistered":
        raise unknown_artifact(artifact_id)
    if old.state == "registered":
        raise not_deleted(artifact_id)
    [row] = transaction.run("artifacts/kept", ids=[artifact_id])
    if row["kept"] is None:
        raise no_record(artifact_id)
    entry = kept_entry(row["kept"], old.recorded_at)
    changes.add_missing(entry.parent_ids)
    return _saved(changes, entry, revived=True)


def _saved(changes: Changes, entry: CatalogEntry, *, revived: bool = False) -> CatalogEntry:
    changes.put(entry, revived=revived)
    changes.save()
    return entry
