"""Lineage as W3C PROV and as OpenLineage events, read back by the libraries of both."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import prov.model
import pytest
from hypothesis import example, given
from openlineage.client import OpenLineageClient, event_v2, facet_v2
from openlineage.client.transport.file import FileConfig, FileTransport

from catalog_graph import ArtifactCatalog
from catalog_graph.lineage import Lineage
from tests.client.drawn import card, chain, fraud_detector, lineage
from tests.client.test_exports import lineages

ODD = lineage(
    [card("a b/{}#?", "T", 0, name='say "hi"\\\n\ttwice'), card("-x.", "", 1), card("ü.")], [("a b/{}#?", "-x.")]
)


@pytest.fixture
def trained(tmp_path: Path) -> ArtifactCatalog:
    """Return a catalog in which one run made two artifacts of different inputs."""
    catalog = ArtifactCatalog(db_path=tmp_path / "catalog.db")
    run: dict[str, Any] = {"source_pipeline": "fraud", "source_run_id": "run 7", "source_step": "train"}
    catalog.register("raw", "Dataset", artifact_id="raw", uri="s3://b/raw")
    catalog.register("labels", "Dataset", artifact_id="labels")
    catalog.register("model", "Model", artifact_id="model", parent_ids=["raw", "labels"], **run)
    catalog.register("scores", "Report", artifact_id="scores", parent_ids=["raw"], **run)
    catalog.register("page", "Report", artifact_id="page", parent_ids=["model", "scores"])
    return catalog


def documents(drawn: Lineage) -> list[prov.model.ProvDocument]:
    """Return both texts as the library reads them."""
    with warnings.catch_warnings():  # that the next version refuses an id would be a warning
        warnings.simplefilter("error")
        texts = (drawn.prov_json(), "json"), (drawn.prov_n(), "provn")
        return [prov.model.ProvDocument.deserialize(content=text, format=form) for text, form in texts]


def ids_of(record: prov.model.ProvRecord, *names: str) -> tuple[str, ...]:
    """Return the ids of artifacts that a relation names."""
    arguments = {str(name): value for name, value in record.formal_attributes}
    return tuple(unquote(arguments[f"prov:{name}"].localpart) for name in names)


@given(lineages())
@example(ODD)
def test_prov_is_the_same_in_both_texts(drawn: Lineage) -> None:
    by_json, by_n = documents(drawn)
    assert by_json == by_n
    entities = {
        next(iter(each.get_attribute("catalog:id")), None): each for each in by_n.get_records(prov.model.ProvEntity)
    }
    assert entities.keys() - {None} == {drawn.root.artifact_id, *(each.artifact_id for each in drawn.nodes)}
    for each in (drawn.root, *drawn.nodes):
        entity = entities[each.artifact_id]
        assert unquote(entity.identifier.localpart) == each.artifact_id
        assert entity.label == each.name or not each.name
    derivations = by_n.get_records(prov.model.ProvDerivation)
    assert {ids_of(each, "generatedEntity", "usedEntity") for each in derivations} == set(drawn.edges)


def test_prov_names_the_steps(trained: ArtifactCatalog) -> None:
    for document in documents(trained.upstream("page")):
        (step,) = document.get_records(prov.model.ProvActivity)
        assert {str(name): value for name, value in step.extra_attributes} == {
            **{"catalog:pipeline": "fraud", "catalog:step": "train", "catalog:run": "run 7"},
        }
        used = [ids_of(each, "entity") for each in document.get_records(prov.model.ProvUsage)]
        assert sorted(used) == [("labels",), ("raw",)]
        made = [each for each in document.get_records(prov.model.ProvGeneration) if step.identifier in each.args]
        assert {ids_of(each, "entity") for each in made} == {("model",), ("scores",)}


def test_an_incomplete_lineage_says_so() -> None:
    for document in documents(fraud_detector(total=9, stopped_by="limit")):
        (whole,) = document.get_record("catalog:lineage")
        values = {str(name): value for name, value in whole.attributes}
        assert (values["catalog:complete"], values["catalog:total"]) == (False, 9)


def test_openlineage_events(trained: ArtifactCatalog) -> None:
    """One run made two artifacts of different inputs: no edge between all of them is invented."""
    *sources, train, page = json.loads(trained.upstream("page").openlineage())
    assert {each["dataset"]["name"] for each in sources} == {"raw", "labels"}
    assert train["job"]["name"] == "fraud.train"
    made_from = {
        output["name"]: {each["name"] for each in output["facets"]["lineage"]["inputs"]} for output in train["outputs"]
    }
    assert made_from == {"model": {"raw", "labels"}, "scores": {"raw"}}
    assert {each["name"] for each in train["inputs"]} == {"raw", "labels"}
    assert {each["name"] for each in page["inputs"]} == {"model", "scores"}
    again = json.loads(trained.downstream("raw").openlineage())
    assert next(each["run"]["runId"] for each in again if "run" in each) == train["run"]["runId"]


FACETS = {
    "datasetType": facet_v2.dataset_type_dataset.DatasetTypeDatasetFacet,
    "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
    "documentation": facet_v2.documentation_dataset.DocumentationDatasetFacet,
    "dataSource": facet_v2.datasource_dataset.DatasourceDatasetFacet,
    "lifecycleStateChange": facet_v2.lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet,
}


def rebuilt(event: dict[str, Any]) -> Any:
    """Return an event as an object of the client's classes, which check their fields."""
    from openlineage.client.generated import lineage as explicit

    def facet(name: str, values: dict[str, Any]) -> Any:
        fields = {key: value for key, value in values.items() if not key.startswith("_")}
        if name == "lineage":
            inputs = [explicit.LineageDatasetInput(**each) for each in fields["inputs"]]
            made: Any = explicit.LineageDatasetFacet(inputs=inputs, producer=values["_producer"])
        elif name == "parent":
            above = facet_v2.parent_run
            made = above.ParentRunFacet(
                above.Run(**fields["run"]), above.Job(**fields["job"]), producer=values["_producer"]
            )
        elif name == "lifecycleStateChange":
            change = facet_v2.lifecycle_state_change_dataset.LifecycleStateChange(fields.popitem()[1])
            made = FACETS[name](change, producer=values["_producer"])
        else:
            made = FACETS[name](**fields, producer=values["_producer"])
        assert made._schemaURL == values["_schemaURL"]
        return made

    def facets(values: dict[str, Any]) -> dict[str, Any]:
        return {name: facet(name, each) for name, each in values["facets"].items()}

    def dataset(kind: Any, values: dict[str, Any]) -> Any:
        return kind(values["namespace"], values["name"], facets=facets(values))

    head = {"eventTime": event["eventTime"], "producer": event["producer"]}
    if "dataset" in event:
        return event_v2.DatasetEvent(dataset=dataset(event_v2.StaticDataset, event["dataset"]), **head)
    return event_v2.RunEvent(
        eventType=event_v2.RunState(event["eventType"]),
        run=event_v2.Run(event["run"]["runId"], facets=facets(event["run"])),
        job=event_v2.Job(**event["job"]),
        inputs=[dataset(event_v2.InputDataset, each) for each in event["inputs"]],
        outputs=[dataset(event_v2.OutputDataset, each) for each in event["outputs"]],
        **head,
    )


def without_empty(value: Any) -> Any:
    """Return JSON without empty values, which the client leaves out or adds."""
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := without_empty(each)) not in ({}, [], None)}
    return list(map(without_empty, value)) if isinstance(value, list) else value


def test_openlineage_events_are_those_of_the_client(trained: ArtifactCatalog, tmp_path: Path) -> None:
    """What the client would send of the same events is the same."""
    trained.delete("model")
    events = json.loads(trained.upstream("page").openlineage()) + json.loads(fraud_detector().openlineage())
    file = tmp_path / "sent"
    client = OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=str(file), append=True)))
    for event in events:
        client.emit(rebuilt(event))
    sent = [json.loads(line) for line in file.read_text().splitlines()]
    for each in sent:  # what the client adds of its own
        added = each.get("run", {}).get("facets", {})
        for name in added.keys() - {"parent"}:
            del added[name]
        (each.get("job") or {}).pop("facets", None)
    assert without_empty(sent) == without_empty(events)


def test_large_lineages() -> None:
    large = chain(10_000)
    assert large.prov_n().count("wasDerivedFrom") == len(json.loads(large.prov_json())["wasDerivedFrom"]) == 9_999
    assert len(json.loads(large.openlineage())) == 10_000
