"""A plain model of what events mean, written for readers: it looks at all events at once, as often as it needs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from catalog_graph.instants import microseconds, normalised

Event = dict[str, Any]
Name = tuple[str, str]
Edges = dict[str, dict[str, str]]
"""For each artifact, the rule that made the edge to each of its parents."""


def meaning(events: Iterable[Event]) -> Edges:
    """Return all artifacts, with their edges."""
    events = list(events)
    runs = [_Run(key, parts) for key, parts in _by_run(events).items()]
    names = _Names(events)
    made = [(at, i, name) for run in runs if (at := run.completed) is not None for name, i in run.made().items()]
    first_made: dict[str, int] = {}
    for at, i, _ in sorted(made):
        first_made.setdefault(i, at)

    def bound(run: _Run, name: Name) -> list[str]:
        if versions := run.versions(name):
            return [versioned(name, version) for version in versions]
        earlier = [(at, i) for at, i, other in made if other in names.of(name) and at < run.started]
        return [max(earlier)[1] if earlier else plain(min(names.of(name), key=plain))]

    edges: Edges = {i: {} for _, i, _ in made}
    for run in runs:
        read = {i for name in run.reads() for i in bound(run, name)}
        # Of what a facet gives no version, an artifact exists where a read found none.
        edges |= {i: {} for i in read if i not in edges}
        if run.completed is None:
            continue
        for name, i in run.made().items():
            how, sources = run.sources(name)
            for parent in [i for source in sources for i in bound(run, source)]:
                if first_made.get(parent, -1) < first_made[i]:
                    edges[i][parent] = max(edges[i].get(parent, ""), how, key=["", "run", "columns", "declared"].index)
    return edges


def plain(name: Name) -> str:
    return f"ol:{name[0]},{name[1]}"


def versioned(name: Name, version: str) -> str:
    return f"{plain(name)},version={version}"


class _Run:
    def __init__(self, run_id: str, events: list[Event]) -> None:
        self.run_id = run_id
        # The last event that states something wins; at the same instant, the greater text does.
        self.events = sorted(events, key=_instant)
        self.started = _instant(self.events[0])
        ends = [(_instant(e), e["eventType"]) for e in events if e.get("eventType") in ("COMPLETE", "FAIL", "ABORT")]
        self.completed = max(ends)[0] if ends and max(ends)[1] == "COMPLETE" else None
        self.inputs = sorted({_name(d) for e in events for d in e.get("inputs", [])})
        self.outputs = sorted({_name(d) for e in events for d in e.get("outputs", [])})

    def _facets(self, role: str, name: Name, facet: str) -> list[tuple[int, str, Any]]:
        return [
            (_instant(event), json.dumps(value, sort_keys=True), value)
            for event in self.events
            for dataset in event.get(role, [])
            if _name(dataset) == name and (value := dataset.get("facets", {}).get(facet)) is not None
        ]

    def _facet(self, role: str, name: Name, facet: str) -> Any:
        values = self._facets(role, name, facet)
        return max(values, key=lambda each: each[:2])[2] if values else None

    def versions(self, name: Name) -> set[str]:
        return {value["datasetVersion"] for _, _, value in self._facets("inputs", name, "version")}

    def made(self) -> dict[Name, str]:
        made = {}
        for name in self.outputs:
            if (self._facet("outputs", name, "lifecycleStateChange") or {}).get("lifecycleStateChange") != "DROP":
                version = self._facet("outputs", name, "version")
                own = f"{plain(name)},run={self.run_id}"
                made[name] = versioned(name, version["datasetVersion"]) if version else own
        return made

    def sources(self, output: Name) -> tuple[str, list[Name]]:
        lineage = self._facet("outputs", output, "lineage")
        if lineage is not None:
            return "declared", sorted({_name(d) for d in lineage["inputs"] if d["type"] == "DATASET"})
        columns = self._facet("outputs", output, "columnLineage")
        if columns is not None:
            return "columns", sorted({_name(d) for c in columns["fields"].values() for d in c["inputFields"]})
        return "run", self.inputs

    def reads(self) -> list[Name]:
        return sorted({*self.inputs, *(source for name in self.made() for source in self.sources(name)[1])})


class _Names:
    """Which names are of one dataset."""

    def __init__(self, events: list[Event]) -> None:
        self._same: dict[Name, set[Name]] = defaultdict(set)
        for event in events:
            for dataset in [*event.get("inputs", []), *event.get("outputs", [])]:
                for other in dataset.get("facets", {}).get("symlinks", {}).get("identifiers", []):
                    together = self.of(_name(dataset)) | self.of(_name(other))
                    self._same |= dict.fromkeys(together, together)

    def of(self, name: Name) -> set[Name]:
        return self._same.get(name) or {name}


def _by_run(events: list[Event]) -> dict[str, list[Event]]:
    runs: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        runs[event["run"]["runId"]].append(event)
    return runs


def _instant(event: Event) -> int:
    return microseconds(normalised(event["eventTime"]))


def _name(dataset: Event) -> Name:
    return dataset["namespace"], dataset["name"]
