"""Tags of many artifacts, changed in one go."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.backends.batches import TagEdit, not_found_among, too_many_tags
from catalog_graph.backends.local.artifacts.editing import forgiving
from catalog_graph.backends.local.artifacts.entries import by_ids
from catalog_graph.backends.local.artifacts.records import Stored
from catalog_graph.backends.local.artifacts.tables import now, store
from catalog_graph.backends.local.flowyml.log import clear_log
from catalog_graph.instants import microseconds


def edit_many(connection: sqlite3.Connection, edits: Sequence[TagEdit]) -> list[dict[str, Any]]:
    """See `Batches._edit_many_tags`."""
    known = by_ids(connection, [edit.artifact_id for edit in edits])
    missing = [i for i, *_ in edits if i not in known or known[i].state != "registered"]
    if missing:
        raise not_found_among(missing, len(edits))
    entries = [replace(known[e.artifact_id], tags=e.applied(known[e.artifact_id].tags)) for e in edits]
    forgiving(lambda: too_many_tags(entries))
    update = "UPDATE artifacts SET tags = ? WHERE artifact_id = ?"
    connection.executemany(update, [(json.dumps(e.tags), e.artifact_id) for e in entries])
    documents = [Stored(e, microseconds(e.created_at), microseconds(e.recorded_at)) for e in entries]
    store(connection, documents, [now()] * len(documents))
    clear_log(connection)
    return [entry.tags for entry in entries]
