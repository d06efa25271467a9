"""Tags of many artifacts, changed in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.backends.batches import TagEdit, missing_artifacts, refuse_large_tags
from catalog_graph.backends.local.artifacts.editing import limits_only
from catalog_graph.backends.local.artifacts.indexing import index_now
from catalog_graph.backends.local.artifacts.lookup import registered
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.changes.recording import tag_items


def edit_many(connection: sqlite3.Connection, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
    """Set and remove tags of many artifacts; see `CatalogBackend._edit_many_tags`."""
    known = registered(connection, [edit.artifact_id for edit in edits])
    missing = [edit.artifact_id for edit in edits if edit.artifact_id not in known]
    if missing:
        raise missing_artifacts(missing, len(edits))
    entries = [replace(known[e.artifact_id], tags=e.applied(known[e.artifact_id].tags)) for e in edits]
    with limits_only():
        refuse_large_tags(entries)
    recorder_of(connection).add(
        each for entry in entries for each in tag_items(entry.artifact_id, known[entry.artifact_id].tags, entry.tags)
    )
    records.update_column(connection, entries, "tags")
    index_now(connection, entries)
    return [entry.tags for entry in entries]
