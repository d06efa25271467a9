"""A lineage as OpenLineage events, for whatever takes those: https://openlineage.io/docs/spec/object-model.

A run that made artifacts is a run event, which says of each what it was made from, by the facet `lineage`. What was
made from nothing that is listed is a dataset event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from catalog_graph import instants
from catalog_graph.artifact import CatalogEntry
from catalog_graph.cards import Card
from catalog_graph.render.entries import entries_of

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

NAMESPACE = "catalog-graph"
"""Namespace of datasets, whose names are the ids of artifacts, and of jobs."""
PRODUCER = "urn:catalog-graph"
_EVENTS = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
_FACETS = "https://openlineage.io/spec/facets"

Json = dict[str, Any]
Run = tuple[str, str, str]
"""Pipeline, step and run."""


def openlineage(lineage: Lineage) -> str:
    """Return the lineage as a JSON list of events, sources first, as a consumer of batches takes it."""
    return json.dumps(list(events(lineage)), ensure_ascii=False, indent=1)


def events(lineage: Lineage) -> Iterator[Json]:
    """Yield the events of a lineage: what was made comes after all it was made from, and has a later instant."""
    cards = [lineage.root, *lineage.nodes]
    known = _Known({card.artifact_id: card for card in cards}, entries_of(lineage))
    parents: dict[str, list[str]] = {}
    for child, parent in lineage.edges:
        parents.setdefault(child, []).append(parent)
    created = {card.artifact_id: instants.microseconds(card.created_at) for card in cards if card.created_at}
    first = min(created.values(), default=instants.microseconds(instants.now()))
    instant_of: dict[str, int] = {}
    """Instant of the event of each artifact, in microseconds since 1970."""
    for run, group in _groups(cards[::-1] if lineage.direction == "upstream" else cards, parents, known):
        made_from = {parent for card in group for parent in parents.get(card.artifact_id, ())}
        at = max(
            *(created.get(card.artifact_id, first) for card in group),
            *(instant_of[parent] + 1 for parent in made_from & instant_of.keys()),
            first,
        )
        instant_of |= dict.fromkeys((card.artifact_id for card in group), at)
        if made_from:
            yield _run_event(group, parents, known, at, whole=run is not None)
        for card in group:
            if card.version and card.state == "deleted":
                change = "1-0-1/LifecycleStateChangeDatasetFacet"
                dropped = {"lifecycleStateChange": _facet(change, lifecycleStateChange="DROP")}
                yield _dataset_event(card, known.facets(card) | dropped, at)
            elif not made_from and card.state != "unregistered":
                yield _dataset_event(card, known.facets(card), at)


def _groups(
    cards: Sequence[Card], parents: Mapping[str, list[str]], known: _Known
) -> Iterator[tuple[Run | None, list[Card]]]:
    """Yield the artifacts of each event, and the run that made them all; what they were made from comes before them.

    A run that made something from what it has made itself has an event for each artifact, as for an unknown run: an
    output that is made from another one of the same event would not be later than that.
    """
    run_of = {i: run for i in parents if (run := known.run_of(i))}
    split = {run for i, run in run_of.items() if any(run_of.get(parent) == run for parent in parents[i])}
    while True:
        groups: dict[Run | str, list[Card]] = {}
        for card in cards:
            run = run_of.get(card.artifact_id)
            groups.setdefault(card.artifact_id if run is None or run in split else run, []).append(card)
        key_of = {card.artifact_id: key for key, group in groups.items() for card in group}
        before = {
            key: [key_of[i] for card in group for i in parents.get(card.artifact_id, ())]
            for key, group in groups.items()
        }
        try:
            order = list(TopologicalSorter(before).static_order())
            break
        except CycleError as error:
            around = {key for key in error.args[1] if isinstance(key, tuple)}
            if not around:  # the artifacts themselves are made from each other
                order = list(groups)
                break
            split |= around
    yield from ((key if isinstance(key, tuple) else None, groups[key]) for key in order)


class _Known(NamedTuple):
    """The cards and the entries of artifacts, by id."""

    cards: dict[str, Card]
    entries: dict[str, CatalogEntry]

    def run_of(self, artifact_id: str) -> Run | None:
        """Return what artifacts of one run have in common; None if the run is unknown."""
        entry = self.entries.get(artifact_id)
        if entry is None or not entry.source_run_id:
            return None
        return entry.source_pipeline, entry.source_step, entry.source_run_id

    def version(self, artifact_id: str) -> Json:
        """Return the facet of a version, by which an input is that of one event and no later one."""
        card = self.cards.get(artifact_id)
        if card is None or not card.version:
            return {}
        return {"version": _facet("1-0-1/DatasetVersionDatasetFacet", datasetVersion=card.version)}

    def facets(self, card: Card) -> Json:
        """Return the facets of a dataset that an event is about; its documentation is the name of the artifact."""
        facets = self.version(card.artifact_id)
        if card.artifact_type:
            facets["datasetType"] = _facet("1-0-1/DatasetTypeDatasetFacet", datasetType=card.artifact_type.upper())
        if card.name:
            facets["documentation"] = _facet("1-1-0/DocumentationDatasetFacet", description=card.name)
        entry = self.entries.get(card.artifact_id)
        if entry is not None and entry.uri:
            facets["dataSource"] = _facet("1-0-1/DatasourceDatasetFacet", name=card.name, uri=entry.uri)
        return facets


def _run_event(outputs: list[Card], parents: Mapping[str, list[str]], known: _Known, at: int, whole: bool) -> Json:
    first = outputs[0]
    unknown = CatalogEntry(first.artifact_id, first.name, first.artifact_type)
    entry = known.entries.get(first.artifact_id, unknown)
    pipeline, step, run = entry.source_pipeline, entry.source_step, entry.source_run_id
    inputs = dict.fromkeys(parent for card in outputs for parent in parents[card.artifact_id])
    job = ".".join(filter(None, (pipeline, step))) or first.name or first.artifact_id
    facets = {}
    if pipeline and step and run:
        above: Json = {
            "run": {"runId": _run_id((pipeline, "", run))},
            "job": {"namespace": NAMESPACE, "name": pipeline},
        }
        facets["parent"] = _facet("1-2-0/ParentRunFacet", **above)
    return {
        **_event("RunEvent", at),
        "eventType": "COMPLETE",
        "run": {"runId": _run_id((pipeline, step, run), "" if whole else first.artifact_id), "facets": facets},
        "job": {"namespace": NAMESPACE, "name": job, "facets": {}},
        "inputs": [_dataset(artifact_id, known.version(artifact_id)) for artifact_id in inputs],
        "outputs": [
            _dataset(card.artifact_id, {**known.facets(card), "lineage": _made_from(parents[card.artifact_id])})
            for card in outputs
        ],
    }


def _run_id(run: Run, artifact_id: str = "") -> str:
    """Return the id of a run, which is a UUID in OpenLineage: that of the run itself, or one made from its texts.

    Each step of a pipeline is a run of its own, whose parent is the run of the pipeline.
    """
    pipeline, step, name = run
    try:
        if not step and not artifact_id:
            return str(UUID(name))
    except ValueError:
        pass
    return str(uuid5(NAMESPACE_URL, "/".join((PRODUCER, pipeline, step, name, artifact_id))))


def _event(kind: str, at: int) -> Json:
    return {
        "eventTime": instants.from_microseconds(at),
        "producer": PRODUCER,
        "schemaURL": f"{_EVENTS}/{kind}",
    }


def _dataset_event(card: Card, facets: Json, at: int) -> Json:
    return {**_event("DatasetEvent", at), "dataset": _dataset(card.artifact_id, facets)}


def _dataset(artifact_id: str, facets: Json) -> Json:
    return {"namespace": NAMESPACE, "name": artifact_id, "facets": facets}


def _made_from(parents: list[str]) -> Json:
    inputs = [{"namespace": NAMESPACE, "name": parent, "type": "DATASET"} for parent in parents]
    return _facet("1-0-0/LineageFacet", "LineageDatasetFacet", inputs=inputs)


def _facet(schema: str, definition: str = "", **fields: Any) -> Json:
    url = f"{_FACETS}/{schema}.json#/$defs/{definition or schema.partition('/')[2]}"
    return {"_producer": PRODUCER, "_schemaURL": url, **fields}
