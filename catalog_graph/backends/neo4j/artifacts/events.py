"""The transaction in which Neo4j takes events of OpenLineage, see `composed.openlineage.EventTransaction`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.openlineage import Probe, Span
from catalog_graph.backends.neo4j.artifacts import editing
from catalog_graph.backends.neo4j.artifacts.registration import number_versions
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Changes
from catalog_graph.openlineage.batch import EventBatch
from catalog_graph.openlineage.documents import Document
from catalog_graph.openlineage.runs import Role, Use

LOCK = "openlineage"
"""Lock of all who take events: a read binds to what the batches before have stored."""
GROUP = 128
"""Maximum number of batches that share a transaction."""


class Neo4jEvents:
    """Reads and writes of one batch."""

    def __init__(self, transaction: BoltTransaction) -> None:
        self._transaction = transaction
        self._changes = Changes(transaction)
        transaction.run("store/take_locks", names=[LOCK])

    def documents(self, keys: Iterable[str]) -> dict[str, Document]:
        """Return the stored documents of these keys."""
        [row] = self._transaction.run("openlineage/documents", keys=sorted(keys))
        return {key: json.loads(body) for key, body in row["documents"]}

    def save_documents(self, documents: Mapping[str, Document]) -> None:
        """Store documents, in place of those of the same keys."""
        rows = [[key, json.dumps(document)] for key, document in sorted(documents.items())]
        self._transaction.run("openlineage/save_documents", documents=rows)

    def change_uses(self, removed: Collection[Use], added: Collection[Use]) -> None:
        """Remove uses from the index, and add others."""
        if removed:
            self._transaction.run("openlineage/remove_uses", uses=[*map(_row, removed)])
        if added:
            self._transaction.run("openlineage/add_uses", uses=[*map(_row, added)])

    def seek(self, probes: Sequence[Probe]) -> list[Use | None]:
        """Answer each probe."""
        answers: list[Use | None] = [None] * len(probes)
        for name, after in (("openlineage/after", True), ("openlineage/before", False)):
            places = [place for place, probe in enumerate(probes) if probe.after == after]
            rows = [[_line(probes[place]), probes[place].at] for place in places]
            if rows:
                [row] = self._transaction.run(name, probes=rows)
                for place, *use in row["uses"]:
                    answers[places[place]] = _use(probes[places[place]], use)
        return answers

    def span(self, spans: Sequence[Span]) -> list[Use]:
        """Return all uses in these spans, each once."""
        if not spans:
            return []
        rows = [[_line(span), span.after, span.until] for span in spans]
        [row] = self._transaction.run("openlineage/span", spans=rows)
        return list(dict.fromkeys(_use(spans[place], use) for place, *use in row["uses"]))

    def entries(self, artifact_ids: Iterable[str], parent_ids: Iterable[str]) -> dict[str, CatalogEntry]:
        """Lock these artifacts, and return the known ones, in any state."""
        ids = list(artifact_ids)
        self._changes.lock(ids, parent_ids)
        return {i: entry for i in ids if (entry := self._changes.locked(i)) is not None}

    def are_registered(self, artifact_ids: Sequence[str], prefixes: Sequence[str]) -> bool:
        """Return True if an artifact of these ids, or whose id begins with one of these texts, is registered."""
        [row] = self._transaction.run("openlineage/are_registered", ids=artifact_ids, prefixes=prefixes)
        return bool(row["registered"])

    def put(self, entries: Sequence[CatalogEntry]) -> None:
        """Register artifacts, or set their whole contents and parents. Raises `CycleRefused`."""
        for entry in entries:
            self._changes.put(replace(entry, recorded_at=entry.recorded_at or self._changes.now))
        number_versions(self._changes)
        self._changes.save()

    def delete(self, artifact_ids: Sequence[str]) -> None:
        """Delete registered artifacts."""
        for artifact_id in artifact_ids:
            editing.delete(self._transaction, artifact_id, force=True, by="")


def fits(group: list[EventBatch], batch: EventBatch) -> bool:
    """Tell whether a batch may join a group: small, and of the same key, whose name the change record keeps."""
    return (
        len(group) < GROUP and batch.origin.by == group[0].origin.by and all(each.is_small for each in (*group, batch))
    )


def _line(of: Probe | Span) -> str:
    return f"{of.role}:{of.line}"


def _row(use: Use) -> list[Any]:
    return [f"{use.role}:{use.line}", use.at, use.artifact, use.run]


def _use(of: Probe | Span, values: Sequence[Any]) -> Use:
    at, artifact, run = values
    role: Role = of.role
    return Use(of.line, role, at, run, artifact)
