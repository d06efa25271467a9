"""The stock FlowyML client, unchanged, with this service."""

from __future__ import annotations

import pytest
from flowyml.storage.catalog import ArtifactCatalog
from flowyml.storage.catalog.backend import CatalogEntry
from flowyml.storage.catalog.remote_backend import RemoteCatalogBackend


@pytest.fixture
def client(server_url: str) -> RemoteCatalogBackend:
    return RemoteCatalogBackend(server_url)


@pytest.fixture
def catalog(client: RemoteCatalogBackend) -> ArtifactCatalog:
    return ArtifactCatalog(backend=client)


def test_a_chain_and_its_neighbours(catalog: ArtifactCatalog) -> None:
    raw = catalog.register(name="raw_transactions", artifact_type="Dataset", data=[1, 2, 3])
    features = catalog.register(name="fraud_features", artifact_type="FeatureSet", parent_ids=[raw])
    model = catalog.register(
        name="fraud_detector",
        artifact_type="Model",
        parent_ids=[features],
        tags={"stage": "production", "f1_score": 0.94},
        metadata={"framework": "xgboost"},
        source_pipeline="fraud",
        source_step="train",
    )
    assert len({raw, features, model}) == 3
    lineage = catalog.get_lineage(features)
    assert lineage["artifact"]["name"] == "fraud_features"
    assert [parent["artifact_id"] for parent in lineage["parents"]] == [raw]
    assert [child["artifact_id"] for child in lineage["children"]] == [model]
    entry = catalog.get(model)
    assert entry
    assert (entry.name, entry.version, entry.metadata) == ("fraud_detector", "1", {"framework": "xgboost"})
    assert entry.tags.get("f1_score", 0) > 0.9


def test_lists_and_search(catalog: ArtifactCatalog) -> None:
    for n in range(5):
        catalog.register(name=f"model_{n}", artifact_type="Model", source_pipeline="p", tags={"even": n % 2 == 0})
    catalog.register(name="data", artifact_type="Dataset")
    assert len(catalog.list(artifact_type="Model")) == 5
    assert [entry.name for entry in catalog.list(artifact_type="Model", limit=2)] == ["model_4", "model_3"]
    assert [entry.name for entry in catalog.list(tags={"even": True})] == ["model_4", "model_2", "model_0"]
    assert [entry.name for entry in catalog.search("model_3")] == ["model_3"]
    assert len(catalog.search("model", limit=3)) == 3


def test_tags_are_added_and_an_empty_object_is_fine(client: RemoteCatalogBackend) -> None:
    artifact = client.register(CatalogEntry(artifact_id="", name="n", artifact_type="T"))
    client.tag(artifact, {"stage": "staging"})
    client.tag(artifact, {})
    entry = client.get(artifact)
    assert entry
    assert entry.tags == {"stage": "staging"}
    with pytest.raises(RuntimeError, match="404"):
        client.tag("unknown", {"a": "b"})


def test_look_up_by_content_hash(client: RemoteCatalogBackend) -> None:
    client.register(CatalogEntry(artifact_id="a", name="n", artifact_type="T", content_hash="h"))
    entry = client.find_by_content_hash("h")
    assert entry
    assert entry.artifact_id == "a"
    assert client.find_by_content_hash("other") is None
    assert client.find_by_content_hash("") is None


@pytest.mark.parametrize("artifact_id", ["a/b", "s3://bucket/key", "a%41", "a/tags", "a+b&c=d", "team/model/v1.2"])
def test_ids_go_into_paths_as_they_are(client: RemoteCatalogBackend, artifact_id: str) -> None:
    assert client.register(CatalogEntry(artifact_id=artifact_id, name="n", artifact_type="T")) == artifact_id
    entry = client.get(artifact_id)
    assert entry
    assert entry.artifact_id == artifact_id
    client.tag(artifact_id, {"a": "1"})
    assert client.get_lineage(artifact_id)["artifact"]["tags"] == {"a": "1"}


def test_errors_reach_the_client(client: RemoteCatalogBackend) -> None:
    with pytest.raises(RuntimeError, match=r"422.*artifact_type is required"):
        client.register(CatalogEntry(artifact_id="", name="n", artifact_type=""))
    assert client.get("unknown") is None
    with pytest.raises(RuntimeError, match="404"):
        client.get_lineage("unknown")
