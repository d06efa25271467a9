"""Take events: join documents, find the runs whose bindings change with them, and write what follows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from functools import cached_property

from catalog_graph.artifact import CatalogEntry, same_json
from catalog_graph.backends.composed.event_documents import DATASET, Documents, withdrawal_key
from catalog_graph.backends.composed.event_purging import ANY_PURGED, without_purged
from catalog_graph.backends.composed.event_versions import Versions
from catalog_graph.backends.composed.openlineage import ALWAYS, Edge, EventTransaction, Probe, Span
from catalog_graph.checks import MAX_METADATA_BYTES, MAX_PARENTS
from catalog_graph.openlineage.batch import EventBatch
from catalog_graph.openlineage.documents import VERSION, Document, artifact_id, dataset_of, joined
from catalog_graph.openlineage.entries import updated
from catalog_graph.openlineage.report import EventReport
from catalog_graph.openlineage.runs import How, Run, Use

DELETED = "it was deleted in the catalog; undelete it to have events change it again"


def take(transaction: EventTransaction, batches: Sequence[EventBatch], refused: Collection[Edge]) -> list[EventReport]:
    """Take batches of events, without edges that are refused; return a report of what each has changed."""
    taking = _Taking(transaction, batches, refused)
    taking.take()
    return taking.reports


class _Taking:
    def __init__(self, transaction: EventTransaction, batches: Sequence[EventBatch], refused: Collection[Edge]) -> None:
        self._transaction = transaction
        self._batches = batches
        self.reports = [EventReport() for _ in batches]
        self._documents = Documents(transaction)
        self._versions = Versions(transaction, self._documents, refused, self.reports[0])
        self._changed_runs: set[str] = set()

    def take(self) -> None:
        """Join, find, write."""
        changed_datasets, removed, added = self._join()
        if not self._changed_runs and not changed_datasets:
            return
        self._transaction.change_uses(removed, added)
        changes = removed | added
        runs = self._affected(changes, changed_datasets)
        entries, edges = self._versions.made(runs)
        ends = {use.artifact for use in removed if use.role == "made"} - entries.keys()
        sources, gone = self._versions.sources(changes, changed_datasets)
        written = {i for key in self._changed_runs for i in self._outputs_of(key)}
        written.update(artifact_id(use.line) for use in added)
        self._write(entries | sources, edges, written, (ends | gone) - sources.keys())
        self._note_unmade()

    # ---- documents

    def _join(self) -> tuple[set[str], set[Use], set[Use]]:
        """Join and store documents; return the changed ones of datasets, and the uses that go and come."""
        new: dict[str, Document] = {}
        for batch in self._batches:
            for key, document in batch.documents.items():
                new[key] = joined(new[key], document) if key in new else document
        stored = self._transaction.documents([*new, ANY_PURGED])
        both = {key: joined(stored[key], document) if key in stored else document for key, document in new.items()}
        if ANY_PURGED in stored:
            both = without_purged(self._transaction, both)
        self._documents.put(both)
        changed = {key: document for key, document in both.items() if document != stored.get(key)}
        if changed:
            self._transaction.save_documents(changed)
        removed: set[Use] = set()
        added: set[Use] = set()
        for key in changed:
            if not key.startswith(DATASET):
                self._changed_runs.add(key)
                before = set(Run(key, stored[key]).uses()) if key in stored else set()
                after = set(self._documents.run(key).uses())
                removed |= before - after
                added |= after - before
        return {key.removeprefix(DATASET) for key in changed if key.startswith(DATASET)}, removed, added

    def _outputs_of(self, key: str) -> list[str]:
        return [output.artifact_id for output in self._documents.run(key).outputs]

    # ---- what changes

    def _affected(self, changes: set[Use], changed_datasets: set[str]) -> list[Run]:
        """Return the completed runs whose outputs, or whose bindings, may have changed."""
        self._documents.load_names(
            {dataset_of(use.line) for use in changes} | {dataset_of(each) for each in changed_datasets}
        )
        made = {(use.line, use.at) for use in changes if use.role == "made"}
        spans = [Span(line, "read") for line, _ in made if VERSION in line]
        writers = self._transaction.span([Span(line, "made") for line, _ in made if VERSION in line])
        points = {(dataset_of(line), at) for line, at in made} | {(dataset_of(use.line), use.at) for use in writers}
        spans += self._between(points)
        # Two names that turn out to be of one dataset share their versions.
        renamed = [each for each in changed_datasets if self._documents.of(each).get("same")]
        spans += [Span(name, "read") for each in renamed for name in self._documents.names(each)]
        before = self._before_drops(points | {(use.line, use.at) for use in changes if use.role == "dropped"})
        runs = {use.run for use in (*self._transaction.span(spans), *writers, *before)} | self._changed_runs
        self._documents.load(runs)
        complete = {key for key in runs if self._documents.run(key).completed is not None}
        while True:
            lines = {
                use.line
                for key in complete
                for use in self._documents.run(key).uses()
                if use.role == "made" and VERSION in use.line
            }
            others = {use.run for use in self._transaction.span([Span(line, "made") for line in lines])} - complete
            if not others:
                return [self._documents.run(key) for key in sorted(complete)]
            self._documents.load(others)
            complete |= others

    def _between(self, points: Collection[tuple[str, int]]) -> list[Span]:
        """Return the reads that bind, or would bind, to a version that was complete at one of these instants."""
        pairs = [(point, name) for point in sorted(points) for name in self._documents.names(point[0])]
        following = self._transaction.seek([Probe(name, "made", at, after=True) for (_, at), name in pairs])
        until: dict[tuple[str, int], int] = defaultdict(lambda: ALWAYS)
        for (point, _), use in zip(pairs, following, strict=True):
            if use is not None:
                until[point] = min(until[point], use.at)
        return [Span(name, "read", point[1], until[point]) for point, name in pairs]

    def _before_drops(self, points: Collection[tuple[str, int]]) -> list[Use]:
        """Return the versions before these instants of datasets that have been dropped."""
        probes = [
            Probe(name, "made", at, after=False)
            for dataset, at in sorted(points)
            if self._documents.is_dropped(dataset)
            for name in self._documents.names(dataset)
        ]
        return [use for use in self._transaction.seek(probes) if use is not None]

    # ---- writing

    def _write(
        self,
        entries: Mapping[str, CatalogEntry],
        edges: Mapping[str, Mapping[str, How]],
        written: Set[str],
        gone: Collection[str],
    ) -> None:
        parents = {parent for each in edges.values() for parent in each}
        known = self._transaction.entries([*entries, *gone], parents)
        deleted = {i for i in entries if i in known and known[i].state == "deleted"}
        withdrawn = self._withdrawn(deleted)
        changed = []
        for i, new in entries.items():
            if i in deleted - withdrawn:
                if i in written:
                    self._report_of(i).leave_out(f"artifact {i}", DELETED)
                continue
            current = known.get(i)
            entry = updated(current, self._fitting(new), self._few(i, edges.get(i, {})))
            if current is None or current.state != "registered" or not same_json(dict(current), dict(entry)):
                changed.append(entry)
        if changed:
            self._transaction.put(changed)
        ended = {i for i in gone if i in known and known[i].state == "registered"}
        if ended:
            self._transaction.delete(sorted(ended))
        if ended or withdrawn:
            self._transaction.save_documents({withdrawal_key(i): {"withdrawn": i in ended} for i in ended | withdrawn})
        self._report_changes([entry.artifact_id for entry in changed])

    def _withdrawn(self, deleted: Collection[str]) -> set[str]:
        """Return those of these artifacts that events have ended; a person has deleted the others."""
        marks = self._transaction.documents(map(withdrawal_key, deleted)) if deleted else {}
        return {i for i in deleted if marks.get(withdrawal_key(i), {}).get("withdrawn")}

    def _few(self, artifact: str, edges: Mapping[str, How]) -> dict[str, How]:
        if len(edges) > MAX_PARENTS:
            self.reports[0].leave_out(f"edges of {artifact}", f"more than {MAX_PARENTS:,} inputs")
        return dict(sorted(edges.items())[:MAX_PARENTS])

    def _fitting(self, entry: CatalogEntry) -> CatalogEntry:
        """Return an entry without the largest parts of its metadata, if these are too large together."""
        for key in ("columns", "schema", "symlinks"):
            if key in entry.metadata and len(json.dumps(entry.metadata)) > MAX_METADATA_BYTES // 2:
                del entry.metadata[key]
                self.reports[0].leave_out(f"{key} of {entry.artifact_id}", "the metadata is too large")
        return entry

    def _report_changes(self, changed: Sequence[str]) -> None:
        by_report: dict[int, tuple[EventReport, list[str]]] = {}
        for i in changed:
            report = self._report_of(i)
            by_report.setdefault(id(report), (report, []))[1].append(i)
        for report, ids in by_report.values():
            report.change(ids)

    def _report_of(self, artifact: str) -> EventReport:
        """Return the report of the batch that changed an artifact, or else the first."""
        return self._owners.get(artifact, self.reports[0])

    @cached_property
    def _owners(self) -> dict[str, EventReport]:
        owners: dict[str, EventReport] = {}
        if len(self._batches) > 1:
            for batch, report in zip(self._batches, self.reports, strict=True):
                for key in batch.documents.keys() & self._changed_runs:
                    owners |= dict.fromkeys(self._outputs_of(key), report)
        return owners

    def _note_unmade(self) -> None:
        """Report outputs that are no version, or none yet."""
        for batch, report in zip(self._batches, self.reports, strict=True):
            for key in batch.documents.keys() & self._changed_runs:
                run = self._documents.run(key)
                if run.completed is None and run.outputs:
                    failed = run.ending in ("FAIL", "ABORT")
                    why = f"the run ended with {run.ending}" if failed else "they are kept until the run completes"
                    report.leave_out("outputs of a run", why)
