"""Tags of many artifacts, changed in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.batches import TagEdit, missing_artifacts, refuse_large_tags
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Changes


def edit_many(transaction: BoltTransaction, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
    """Set and remove tags of many artifacts; see `Batches._edit_many_tags`."""
    changes = Changes(transaction)
    changes.lock(edit.artifact_id for edit in edits)
    old = [changes.entry(edit.artifact_id) for edit in edits]
    missing = [e.artifact_id for e, entry in zip(edits, old, strict=True) if not _is_registered(entry)]
    if missing:
        raise missing_artifacts(missing, len(edits))
    entries = [replace(entry, tags=e.applied(entry.tags)) for e, entry in zip(edits, old, strict=True) if entry]
    refuse_large_tags(entries)
    for entry in entries:
        changes.put(entry)
    changes.save()
    return [entry.tags for entry in entries]


def _is_registered(entry: CatalogEntry | None) -> bool:
    return entry is not None and entry.state == "registered"
