"""Bills of materials: valid CycloneDX for whatever a catalog holds, and honest about what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.render.cyclonedx import is_complete
from tests.support.cyclonedx import SHA, valid
from tests.support.entries import artifact
from tests.support.kept import kept


def compositions(bom: dict[str, Any]) -> dict[str, list[str]]:
    return {each["aggregate"]: each["dependencies"] for each in bom["compositions"]}


@kept
def history(backend: CatalogBackend) -> CatalogBackend:
    """Register data <- features <- base <- detector <- labels; `scraped`, of features, was never registered."""
    detector = artifact(
        "detector", "base", "labels", artifact_type="Model", content_hash=f"sha256:{SHA}", uri="s3://models/detector",
        tags={"metrics.f1": 0.94, "stage": "production", "license": ["MIT", "house rules"]},
        metadata={"metrics": {"auc": 0.97, "by_class": {"fraud": [1, 2]}}, "params": {"lr": 0.1}},
    )  # fmt: skip
    backend.register_many(
        [
            artifact("data", content_hash=SHA, tags={"license": "cc-by-4.0"}, uri="not a url"),
            artifact("features", "data", "scraped", artifact_type="FeatureSet"),
            artifact("base", "features", artifact_type="ml_model"),
            artifact("labels", artifact_type="Report", metadata={"params": {"lr": None}, "parameters": {"depth": 3}}),
            detector,
        ]
    )
    backend.set_alias("detector", "champion", "detector")
    backend.set_alias("labels", "champion", "labels")
    return backend


@pytest.mark.parametrize("spec_version", ["1.6", "1.7"])
def test_a_model_with_what_it_was_made_from(history: CatalogBackend, spec_version: str) -> None:
    bom = history.bom("detector@champion", spec_version=spec_version)
    components = valid(bom)
    detector = bom["metadata"]["component"]
    assert (bom["specVersion"], detector["bom-ref"], detector["type"]) == (
        spec_version,
        "detector",
        "machine-learning-model",
    )
    assert detector["hashes"] == [{"alg": "SHA-256", "content": SHA}]
    assert detector["externalReferences"] == [{"type": "distribution", "url": "s3://models/detector"}]
    assert detector["licenses"] == [{"license": {"name": "MIT"}}, {"license": {"name": "house rules"}}]
    card = detector["modelCard"]
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "auc", "value": "0.97"},
        {"type": "by_class.fraud", "value": "[1,2]"},
        {"type": "f1", "value": "0.94"},
    ]
    assert card["properties"] == [{"name": "catalog-graph:params.lr", "value": "0.1"}]
    # The data behind another model is that model's.
    assert card["modelParameters"]["datasets"] == []
    assert components["base"]["modelCard"]["modelParameters"]["datasets"] == [{"ref": "features"}, {"ref": "data"}]
    assert components["data"]["licenses"] == [{"expression": "CC-BY-4.0"}]
    assert components["data"]["data"] == [{"type": "dataset", "name": "data"}]
    assert {"name": "catalog-graph:uri", "value": "not a url"} in components["data"]["properties"]
    assert components["labels"]["data"][0]["type"] == "other"
    assert {"name": "catalog-graph:parameters.depth", "value": "3"} not in components["labels"]["properties"]
    assert {"name": "catalog-graph:params.depth", "value": "3"} in components["labels"]["properties"]
    assert {"name": "catalog-graph:alias", "value": "champion"} in detector["properties"]
    assert {"name": "catalog-graph:tag:stage", "value": "production"} in detector["properties"]


def test_it_says_what_is_not_complete(history: CatalogBackend) -> None:
    whole = history.bom("labels")
    assert (compositions(whole), is_complete(whole)) == ({"complete": ["labels"]}, True)
    bom = history.bom("detector")
    assert compositions(bom)["incomplete"] == ["scraped"]
    history.delete("data")
    bom = history.bom("detector")
    components = valid(bom)
    assert {"name": "catalog-graph:state", "value": "deleted"} in components["data"]["properties"]
    assert (compositions(bom)["incomplete"], is_complete(bom)) == (["data", "scraped"], False)
    cut = history.bom("detector", limit=3)
    assert valid(cut).keys() == {"detector", "base", "labels"}
    assert compositions(cut) == {"complete": ["detector", "labels"], "incomplete": ["base"]}
    assert {"name": "catalog-graph:artifacts", "value": "6"} in cut["metadata"]["properties"]


def test_all_that_carry_an_alias(history: CatalogBackend) -> None:
    bom = history.bom(alias="champion")
    assert valid(bom).keys() == {"detector", "labels", "base", "features", "data", "scraped"}
    assert "component" not in bom["metadata"]
    assert {"name": "catalog-graph:alias", "value": "champion"} in bom["metadata"]["properties"]
    with pytest.raises(NotFound, match="challenger"):
        history.bom(alias="challenger")


def test_bad_questions(history: CatalogBackend) -> None:
    for wrong in ({}, {"artifact_id": "data", "alias": "champion"}, {"alias": "two words"}, {"artifact_id": ""}):
        with pytest.raises(InvalidInput):
            history.bom(**wrong)
    with pytest.raises(InvalidInput, match=r"1\.5"):
        history.bom("data", spec_version="1.5")
    with pytest.raises(NotFound):
        history.bom("unknown")
