"""The transaction in which a file takes events of OpenLineage, see `composed.openlineage.EventTransaction`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.openlineage import Probe, Span
from catalog_graph.backends.local.artifacts import editing
from catalog_graph.backends.local.artifacts.indexing import index_documents
from catalog_graph.backends.local.artifacts.lookup import by_ids
from catalog_graph.backends.local.lineage.cycles import refuse_cycles
from catalog_graph.backends.local.lineage.graph import nodes_of, restores
from catalog_graph.backends.local.store import records
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.clock import now
from catalog_graph.backends.local.store.records import Document as Record
from catalog_graph.changes.recording import entry_items
from catalog_graph.instants import from_microseconds
from catalog_graph.openlineage.documents import Document
from catalog_graph.openlineage.runs import Use

_NEAREST = (
    "SELECT line, role, at, run, artifact FROM cg_event_use "
    "WHERE line = ? AND role = ? AND at {compare} ? ORDER BY at {order}, artifact DESC LIMIT 1"
)
_AFTER = _NEAREST.format(compare=">", order="ASC")
_BEFORE = _NEAREST.format(compare="<", order="DESC")
_SPAN = (
    "SELECT line, role, at, run, artifact FROM cg_event_use WHERE line = ? AND role = ? AND at > ? AND at <= ? "
    "ORDER BY at"
)
_REGISTERED = (
    "SELECT EXISTS(SELECT 1 FROM json_each(:ids) j CROSS JOIN artifacts a ON a.artifact_id = j.value) "
    "OR EXISTS(SELECT 1 FROM json_each(:prefixes) j CROSS JOIN artifacts a "
    "ON a.artifact_id >= j.value AND a.artifact_id < j.value || char(0x10FFFF))"
)


class LocalEvents:
    """Reads and writes of one batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def documents(self, keys: Iterable[str]) -> dict[str, Document]:
        """Return the stored documents of these keys."""
        rows = self._connection.execute(
            "SELECT d.key, d.body FROM json_each(?) j CROSS JOIN cg_event_document d ON d.key = j.value",
            (json.dumps(list(keys)),),
        )
        return {key: json.loads(body) for key, body in rows}

    def save_documents(self, documents: Mapping[str, Document]) -> None:
        """Store documents, in place of those of the same keys."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO cg_event_document VALUES (?, ?)",
            [(key, json.dumps(document)) for key, document in sorted(documents.items())],
        )

    def change_uses(self, removed: Collection[Use], added: Collection[Use]) -> None:
        """Remove uses from the index, and add others."""
        self._connection.executemany(
            "DELETE FROM cg_event_use WHERE line = ? AND role = ? AND at = ? AND run = ? AND artifact = ?", removed
        )
        self._connection.executemany("INSERT INTO cg_event_use VALUES (?, ?, ?, ?, ?)", sorted(added))

    def seek(self, probes: Sequence[Probe]) -> list[Use | None]:
        """Answer each probe."""
        execute = self._connection.execute
        rows = (execute(_AFTER if p.after else _BEFORE, p[:3]).fetchone() for p in probes)
        return [None if row is None else Use(*row) for row in rows]

    def span(self, spans: Sequence[Span]) -> list[Use]:
        """Return all uses in these spans, each once."""
        rows = (row for span in spans for row in self._connection.execute(_SPAN, span))
        return list(dict.fromkeys(Use(*row) for row in rows))

    def entries(self, artifact_ids: Iterable[str], parent_ids: Iterable[str]) -> dict[str, CatalogEntry]:
        """Return the known ones of these artifacts, in any state; nobody else writes meanwhile."""
        return by_ids(self._connection, list(artifact_ids))

    def are_registered(self, artifact_ids: Sequence[str], prefixes: Sequence[str]) -> bool:
        """Return True if an artifact of these ids, or whose id begins with one of these texts, is registered."""
        values = {"ids": json.dumps(artifact_ids), "prefixes": json.dumps(prefixes)}
        return bool(self._connection.execute(_REGISTERED, values).fetchone()[0])

    def put(self, entries: Sequence[CatalogEntry]) -> None:
        """Register artifacts, or set their whole contents and parents. Raises `CycleRefused`."""
        instant = now()
        new = [replace(e, recorded_at=e.recorded_at or from_microseconds(instant)) for e in entries]
        old = by_ids(self._connection, [entry.artifact_id for entry in new])
        known = {node for node, _ in nodes_of(self._connection, old).values()}
        present = {i for i, entry in old.items() if entry.state == "registered"}
        records.insert(self._connection, [entry for entry in new if entry.artifact_id not in present])
        records.update(self._connection, [entry for entry in new if entry.artifact_id in present])
        recorder_of(self._connection).add(
            item for entry in new for item in entry_items(old.get(entry.artifact_id), entry)
        )
        documents = [Record.of(entry, place) for place, entry in enumerate(new)]
        edges = index_documents(self._connection, documents, [instant] * len(documents))
        connected = restores(self._connection, edges)
        refuse_cycles(self._connection, [edge for edge in edges if connected or edge[0] in known])

    def delete(self, artifact_ids: Sequence[str]) -> None:
        """Delete registered artifacts."""
        for artifact_id in artifact_ids:
            editing.delete(self._connection, artifact_id, force=True, by="")
