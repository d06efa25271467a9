"""Tags of many artifacts, changed in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.batches import TagEdit, missing_artifacts, refuse_large_tags
from catalog_graph.backends.local.artifacts.editing import limits_only
from catalog_graph.backends.local.artifacts.lookup import registered
from catalog_graph.backends.local.search.index import LabelChanges
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.changes.recording import Item, tag_items

_ROWS = (
    "SELECT s.node, a.artifact_id, s.created, s.labels, a.tags, a.metadata FROM json_each(?) j "
    "CROSS JOIN cg_node n ON n.artifact_id = j.value CROSS JOIN cg_search s ON s.node = n.node "
    "CROSS JOIN artifacts a ON a.artifact_id = n.artifact_id"
)
"""Tags and metadata, and the labels, in which every other change that the index of tags depends on shows."""


@dataclass(slots=True)
class PreparedEdits:
    """Edits that are computed before the file is locked, so that storing them locks it for a shorter time.

    See `CatalogBackend._edit_many_tags`.
    """

    edits: Sequence[TagEdit]
    known: dict[str, CatalogEntry]
    rows: list[tuple[Any, ...]]
    """The rows of `_ROWS` from which the edits are computed."""
    entries: list[CatalogEntry] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    changes: LabelChanges = field(default_factory=LabelChanges)

    @classmethod
    def read(cls, connection: sqlite3.Connection, edits: Sequence[TagEdit]) -> PreparedEdits:
        """Read what the edits are computed from. Raises the error of `missing_artifacts`."""
        known = _known(connection, edits)
        return cls(edits, known, _rows(connection, edits))

    def compute(self) -> None:
        """Compute what to store; this needs no connection. Raises `LimitExceeded`."""
        self.entries = _edited(self.known, self.edits)
        self.columns = records.column_rows(self.entries, "tags")
        self.items = list(_items(self.known, self.entries))
        by_id = {entry.artifact_id: entry for entry in self.entries}
        for node, artifact_id, created, labels, *_ in self.rows:
            self.changes.add(node, created, labels, self.known[artifact_id], by_id[artifact_id])
        self.changes.prepare()

    def store(self, connection: sqlite3.Connection) -> list[dict[str, Any]]:
        """Store the edits, computed anew if anything has changed that they are computed from; return the tags."""
        if _rows(connection, self.edits) != self.rows:
            anew = PreparedEdits.read(connection, self.edits)
            anew.compute()
            return anew.store(connection)
        recorder = recorder_of(connection)
        recorder.note_nodes({artifact_id: node for node, artifact_id, *_ in self.rows})
        recorder.add(self.items)
        records.set_column(connection, self.columns, "tags")
        self.changes.store(connection)
        return [entry.tags for entry in self.entries]


def _known(connection: sqlite3.Connection, edits: Sequence[TagEdit]) -> dict[str, CatalogEntry]:
    known = registered(connection, [edit.artifact_id for edit in edits])
    missing = [edit.artifact_id for edit in edits if edit.artifact_id not in known]
    if missing:
        raise missing_artifacts(missing, len(edits))
    return known


def _rows(connection: sqlite3.Connection, edits: Sequence[TagEdit]) -> list[tuple[Any, ...]]:
    return records.fetch_all(connection, _ROWS, (json.dumps([edit.artifact_id for edit in edits]),))


def _edited(known: Mapping[str, CatalogEntry], edits: Sequence[TagEdit]) -> list[CatalogEntry]:
    """Return the entries after the edits; raise `LimitExceeded`."""
    entries = [replace(known[e.artifact_id], tags=e.applied(known[e.artifact_id].tags)) for e in edits]
    with limits_only():
        refuse_large_tags(entries)
    return entries


def _items(known: Mapping[str, CatalogEntry], entries: Iterable[CatalogEntry]) -> Iterator[Item]:
    """Yield the changes for the change record."""
    return (
        each for entry in entries for each in tag_items(entry.artifact_id, known[entry.artifact_id].tags, entry.tags)
    )
