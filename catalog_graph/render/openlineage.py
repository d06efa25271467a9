"""A lineage as OpenLineage events, for whatever takes those: https://openlineage.io/docs/spec/object-model.

A run that made artifacts is a run event, which says of each what it was made from, by the facet `lineage`. What was
made from nothing that is listed is a dataset event.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
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


def openlineage(lineage: Lineage) -> str:
    """Return the lineage as a JSON list of events, sources first, as a consumer of batches takes it."""
    return json.dumps(list(events(lineage)), ensure_ascii=False, indent=1)


def events(lineage: Lineage) -> Iterator[Json]:
    """Yield the events of a lineage in an order in which inputs come before what was made from them."""
    cards = [lineage.root, *lineage.nodes]
    known = _Known({card.artifact_id: card for card in cards}, entries_of(lineage))
    parents: dict[str, list[str]] = {}
    for child, parent in lineage.edges:
        parents.setdefault(child, []).append(parent)
    runs: dict[Hashable, list[Card]] = {}
    for card in cards[::-1] if lineage.direction == "upstream" else cards:
        if card.artifact_id in parents:
            runs.setdefault(known.run_of(card), []).append(card)
        elif card.state != "unregistered":
            yield {**_event("DatasetEvent", [card]), "dataset": _dataset(card.artifact_id, known.facets(card))}
    for outputs in runs.values():
        yield _run_event(outputs, parents, known)


class _Known(NamedTuple):
    """The cards and the entries of artifacts, by id."""

    cards: dict[str, Card]
    entries: dict[str, CatalogEntry]

    def run_of(self, card: Card) -> Hashable:
        """Return what artifacts of one run have in common; an artifact of an unknown run is alone."""
        entry = self.entries.get(card.artifact_id)
        if entry is None or not entry.source_run_id:
            return card.artifact_id
        return entry.source_pipeline, entry.source_run_id, entry.source_step

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
        if card.state == "deleted":
            change = "1-0-1/LifecycleStateChangeDatasetFacet"
            facets["lifecycleStateChange"] = _facet(change, lifecycleStateChange="DROP")
        return facets


def _run_event(outputs: list[Card], parents: Mapping[str, list[str]], known: _Known) -> Json:
    first = outputs[0]
    unknown = CatalogEntry(first.artifact_id, first.name, first.artifact_type)
    entry = known.entries.get(first.artifact_id, unknown)
    origin = (entry.source_pipeline, entry.source_step)
    inputs = dict.fromkeys(parent for card in outputs for parent in parents[card.artifact_id])
    job = ".".join(filter(None, origin)) or first.name or first.artifact_id
    return {
        **_event("RunEvent", outputs),
        "eventType": "COMPLETE",
        "run": {"runId": _run_id(entry.source_run_id, *origin, first.artifact_id), "facets": {}},
        "job": {"namespace": NAMESPACE, "name": job, "facets": {}},
        "inputs": [_dataset(artifact_id, known.version(artifact_id)) for artifact_id in inputs],
        "outputs": [
            _dataset(card.artifact_id, {**known.facets(card), "lineage": _made_from(parents[card.artifact_id])})
            for card in outputs
        ],
    }


def _run_id(run: str, pipeline: str, step: str, artifact_id: str) -> str:
    """Return the id of a run, which is a UUID in OpenLineage; the same run always has the same."""
    try:
        return str(UUID(run))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, "/".join((PRODUCER, *((pipeline, step, run) if run else (artifact_id,))))))


def _event(kind: str, cards: list[Card]) -> Json:
    instant = max(card.created_at for card in cards) or instants.now()
    return {"eventTime": instant, "producer": PRODUCER, "schemaURL": f"{_EVENTS}/{kind}"}


def _dataset(artifact_id: str, facets: Json) -> Json:
    return {"namespace": NAMESPACE, "name": artifact_id, "facets": facets}


def _made_from(parents: list[str]) -> Json:
    inputs = [{"namespace": NAMESPACE, "name": parent, "type": "DATASET"} for parent in parents]
    return _facet("1-0-0/LineageFacet", "LineageDatasetFacet", inputs=inputs)


def _facet(schema: str, definition: str = "", **fields: Any) -> Json:
    url = f"{_FACETS}/{schema}.json#/$defs/{definition or schema.partition('/')[2]}"
    return {"_producer": PRODUCER, "_schemaURL": url, **fields}
