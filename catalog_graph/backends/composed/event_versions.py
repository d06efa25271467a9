"""Versions: the entries of what runs made, and of what they read and no known run made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import chain

from catalog_graph import instants
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.event_documents import DATASET, Documents
from catalog_graph.backends.composed.openlineage import ALWAYS, NEVER, Edge, EventTransaction, Probe
from catalog_graph.openlineage.documents import VERSION, Document, artifact_id, dataset_of, joined, key_of, version_key
from catalog_graph.openlineage.entries import stronger, version_entry
from catalog_graph.openlineage.report import EventReport
from catalog_graph.openlineage.runs import How, Output, Role, Run, Use


class Versions:
    """The artifacts that follow from documents and from the index of uses."""

    def __init__(
        self, transaction: EventTransaction, documents: Documents, refused: Collection[Edge], report: EventReport
    ) -> None:
        """Leave out the edges `refused`, and say so in the report."""
        self._transaction = transaction
        self._documents = documents
        self._refused = refused
        self._report = report
        self._first: dict[str, int] = {}
        """Instant at which versions were first complete, by their keys."""

    def made(self, runs: Sequence[Run]) -> tuple[dict[str, CatalogEntry], dict[str, dict[str, How]]]:
        """Return the entries of what runs made, and the rule of each of their edges."""
        made: dict[str, list[tuple[int, Run, Output]]] = defaultdict(list)
        for run in runs:
            for output in run.outputs:
                made[output.artifact_id].append((run.completed or 0, run, output))
        self._documents.load_names(
            {*(dataset for run in runs for dataset in run.reads), *(dataset_of(key_of(i)) for i in made)}
        )
        bindings = self._bindings([run for run in runs if run.outputs])
        dropped = self._drops([(writers[0][2].dataset, writers[0][0], i) for i, writers in made.items()])
        entries, edges = {}, {}
        for artifact, writers in made.items():
            writers.sort(key=lambda each: (each[0], each[1].key))
            at, first, output = writers[0]
            facets: Document = {}
            rules: dict[str, list[How]] = defaultdict(list)
            columns: dict[str, list[list[str]]] = {}
            for _, run, each in writers:
                facets |= each.facets
                sources = run.sources(each)
                kept = {
                    dataset: [i for i in bindings[run.key, dataset] if self._is_earlier(artifact, i, at)]
                    for dataset in sources.datasets
                }
                for parent in chain.from_iterable(kept.values()):
                    rules[parent].append(sources.how)
                for name, inputs in sources.columns.items():
                    columns[name] = sorted(
                        [i, c.name, c.transformation] for c in inputs for i in kept.get(c.dataset, ())
                    )
            entries[artifact] = version_entry(
                artifact,
                self._documents.named(output.dataset),
                facets,
                first,
                at,
                {"columns": columns, "dropped_at": dropped.get(artifact)},
            )
            edges[artifact] = {parent: stronger(each) for parent, each in rules.items()}
        return entries, edges

    def _bindings(self, runs: Sequence[Run]) -> dict[tuple[str, str], list[str]]:
        """Return the ids of what each run read of each dataset, and note when these were complete."""
        bindings: dict[tuple[str, str], list[str]] = {}
        unnamed = []
        for run in runs:
            for dataset, versions in run.reads.items():
                bindings[run.key, dataset] = [artifact_id(version_key(dataset, version)) for version in versions]
                if not versions:
                    unnamed.append((run, dataset))
        pairs = [(run, dataset, name) for run, dataset in unnamed for name in self._documents.names(dataset)]
        probes = {(name, run.started): None for run, _, name in pairs}
        uses = self._transaction.seek([Probe(name, "made", at, after=False) for name, at in probes])
        latest = dict(zip(probes, uses, strict=True))
        best: dict[tuple[str, str], tuple[int, str]] = {}
        for run, dataset, name in pairs:
            if (use := latest[name, run.started]) is not None:
                best[run.key, dataset] = max(best.get((run.key, dataset), (NEVER, "")), (use.at, use.artifact))
        for run, dataset in unnamed:
            nearest = best.get((run.key, dataset))
            unwritten = artifact_id(self._documents.names(dataset)[0])
            bindings[run.key, dataset] = [nearest[1] if nearest else unwritten]
        self._first |= {key_of(i): at for at, i in best.values()}
        named = {
            *chain.from_iterable(bindings.values()),
            *(output.artifact_id for run in runs for output in run.outputs),
        }
        lines = sorted({key_of(i) for i in named if VERSION in i})
        first = self._transaction.seek([Probe(line, "made", NEVER, after=True) for line in lines])
        self._first |= {line: use.at for line, use in zip(lines, first, strict=True) if use is not None}
        return bindings

    def _is_earlier(self, child: str, parent: str, at: int) -> bool:
        """Return True if an edge leads to something that was there before; report the edge otherwise.

        Versions that runs made are always earlier. A version that a facet names may be read and written in any order:
        it is as old as the first run that made it, so that no edges close a cycle.
        """
        complete = self._first.get(key_of(parent), NEVER)
        if complete < self._first.get(key_of(child), at) and (child, parent) not in self._refused:
            return True
        why = "it would derive from itself" if child == parent else "the input was not there before the output"
        if (child, parent) in self._refused:
            why = "it would close a cycle with parents that were added by hand"
        self._report.leave_out(f"edge {child} -> {parent}", why)
        return False

    def _drops(self, versions: Sequence[tuple[str, int, str]]) -> dict[str, str]:
        """Return when versions were dropped, by id: a drop before the next version was there."""
        at_risk = [each for each in versions if self._documents.is_dropped(each[0])]
        pairs = [(i, at, name) for dataset, at, i in at_risk for name in self._documents.names(dataset)]
        ends: dict[Role, dict[str, int]] = {"dropped": {}, "made": {}}
        for role, nearest in ends.items():
            uses = self._transaction.seek([Probe(name, role, at, after=True) for _, at, name in pairs])
            for (i, _, _), use in zip(pairs, uses, strict=True):
                if use is not None:
                    nearest[i] = min(use.at, nearest.get(i, ALWAYS))
        made = ends["made"]
        drops = {i: at for i, at in ends["dropped"].items() if at <= made.get(i, ALWAYS)}
        return {i: instants.from_microseconds(at) for i, at in drops.items()}

    # ---- what no known run made

    def sources(self, changes: set[Use], changed_datasets: set[str]) -> tuple[dict[str, CatalogEntry], set[str]]:
        """Return the entries of what was read, or described, and no known run made; and the ids of what is none now."""
        lines = {use.line for use in changes} | changed_datasets
        self._documents.load(f"{DATASET}{line}" for line in lines)
        self._documents.load_names(dataset_of(line) for line in lines)
        versions = {line: [line] for line in lines if VERSION in line}
        datasets = {names[0]: names for line in lines - versions.keys() for names in [self._documents.names(line)]}
        groups = datasets | versions
        pairs = [(first, name) for first, names in groups.items() for name in names]
        roles: tuple[Role, Role] = ("read", "made")
        since: dict[tuple[str, Role], int] = {}
        for role in roles:
            uses = self._transaction.seek([Probe(name, role, NEVER, after=True) for _, name in pairs])
            for (first, _), use in zip(pairs, uses, strict=True):
                if use is not None:
                    since[first, role] = min(use.at, since.get((first, role), ALWAYS))
        entries: dict[str, CatalogEntry] = {}
        for first, names in groups.items():
            document: Document = {}
            for name in names:
                document = joined(document, self._documents.of(name))
            read, made = since.get((first, "read"), ALWAYS), since.get((first, "made"), ALWAYS)
            described = -document["event"][0] if "event" in document else ALWAYS
            if first in versions:
                exists = made == ALWAYS and min(read, described) < ALWAYS
            else:
                exists = described < ALWAYS or (read < ALWAYS and read <= made)
            if exists:
                facets = {name: value for name, (_, value) in document.get("facets", {}).items() if value is not None}
                at, i = min(read, described), artifact_id(first)
                entries[i] = version_entry(i, self._documents.named(dataset_of(first)), facets, None, at, {})
        made_now = {artifact_id(line) for line in versions if (line, "made") in since}
        everything = {artifact_id(name) for _, name in pairs}
        return entries, everything - entries.keys() - made_now
