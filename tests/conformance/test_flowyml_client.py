"""FlowyML's own client, as it is, against our service: it needs nothing but the address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from flowyml.storage.catalog import ArtifactCatalog
from flowyml.storage.catalog.backend import CatalogEntry
from flowyml.storage.catalog.remote_backend import RemoteCatalogBackend


@pytest.fixture
def client(server_url: str) -> RemoteCatalogBackend:
    return RemoteCatalogBackend(server_url)


@pytest.fixture
def catalog(server_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ArtifactCatalog]:
    """FlowyML's catalog, told by the environment where the service is."""
    monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", server_url)
    monkeypatch.delenv("FLOWYML_CATALOG_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    found = ArtifactCatalog()
    assert isinstance(found.backend, RemoteCatalogBackend)
    yield found
    assert not list(tmp_path.rglob("catalog.db"))


def entry(name: str, *parent_ids: str, **fields: Any) -> CatalogEntry:
    return CatalogEntry(**{"name": name, "artifact_type": "Dataset", "parent_ids": list(parent_ids), **fields})


def ids(entries: list[CatalogEntry]) -> list[str]:
    return [e.artifact_id for e in entries]


def test_registering_and_getting(client: RemoteCatalogBackend) -> None:
    sent = entry(
        "fraud_features",
        "raw",
        content_hash="abc",
        source_step="build",
        source_run_id="run-1",
        source_pipeline="fraud",
        tags={"stage": "production", "f1_score": 0.95, "rows": 3, "ok": True},
        metadata={"nested": {"list": [1, None, "é"]}},
        uri="s3://bucket/key",
        version="7",
    )
    artifact_id = client.register(sent)
    kept = client.get(artifact_id)
    assert kept is not None
    assert kept.to_dict() == sent.to_dict() | {"artifact_id": artifact_id, "created_at": ANY}
    assert datetime.fromisoformat(kept.created_at).utcoffset() == datetime.now(UTC).utcoffset()
    assert kept.tags.get("f1_score", 0) > 0.9


def test_ids_and_instants_that_are_sent_are_kept(client: RemoteCatalogBackend) -> None:
    sent = entry("n", artifact_id="mine", created_at="2026-03-01T12:00:00.123456")
    assert client.register(sent) == "mine"
    kept = client.get("mine")
    assert kept is not None
    assert kept.created_at == "2026-03-01T12:00:00.123456+00:00"
    assert kept.version == "1"


def test_registering_again_wipes_nothing(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", "p", artifact_id="a", tags={"kept": "yes"}, content_hash="h"))
    client.register(entry("n", "q", artifact_id="a", tags={"new": "too"}))
    kept = client.get("a")
    assert kept is not None
    assert (kept.parent_ids, kept.tags, kept.content_hash) == (["p", "q"], {"kept": "yes", "new": "too"}, "h")


@pytest.mark.parametrize("artifact_id", ["a/b/c", "models/fraud/v1", "a%2Fb", "x:1", "a.b", "a/lineages", "a,b;c=d@e"])
def test_ids_go_raw_into_paths(client: RemoteCatalogBackend, artifact_id: str) -> None:
    assert client.register(entry("n", "parent/1", artifact_id=artifact_id)) == artifact_id
    kept = client.get(artifact_id)
    assert kept is not None
    assert kept.artifact_id == artifact_id
    client.tag(artifact_id, {"x": "y"})
    lineage = client.get_lineage(artifact_id)
    assert lineage["artifact"]["artifact_id"] == artifact_id
    assert lineage["artifact"]["tags"] == {"x": "y"}
    assert [p["artifact_id"] for p in lineage["parents"]] == ["parent/1"]
    assert [c["artifact_id"] for c in client.get_lineage("parent/1")["children"]] == [artifact_id]


def test_lists_with_every_filter(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", artifact_id="a", source_pipeline="p", source_step="s", tags={"x": "1", "y": 2}))
    client.register(entry("n", artifact_id="b", source_pipeline="p", source_step="t", tags={"x": "1"}))
    client.register(entry("n", artifact_id="c", artifact_type="Model", source_pipeline="q"))
    assert ids(client.list_artifacts()) == ["c", "b", "a"]
    assert ids(client.list_artifacts(artifact_type="Dataset")) == ["b", "a"]
    assert ids(client.list_artifacts(source_pipeline="p")) == ["b", "a"]
    assert ids(client.list_artifacts(source_step="t")) == ["b"]
    assert ids(client.list_artifacts(tags={"x": "1"})) == ["b", "a"]
    assert ids(client.list_artifacts(tags={"x": "1", "y": 2})) == ["a"]
    assert ids(client.list_artifacts(tags={"y": "2"})) == []
    assert ids(client.list_artifacts(tags={})) == ["c", "b", "a"]
    assert ids(client.list_artifacts(limit=2)) == ["c", "b"]
    assert ids(client.list_artifacts("Dataset", "p", "s", {"x": "1"}, 5)) == ["a"]
    assert client.list_artifacts(artifact_type="None") == []


def test_a_tag_filter_is_not_cut_short_by_the_limit(client: RemoteCatalogBackend) -> None:
    for n in range(12):
        client.register(entry("n", artifact_id=f"a{n}", created_at=f"2026-01-01T00:00:{n:02}", tags={"odd": n % 2}))
    assert ids(client.list_artifacts(tags={"odd": 0}, limit=6)) == ["a10", "a8", "a6", "a4", "a2", "a0"]


@pytest.mark.parametrize("limit", [0, -1, "many"])
def test_bad_limits_are_runtime_errors(client: RemoteCatalogBackend, limit: Any) -> None:
    with pytest.raises(RuntimeError, match=r"Catalog API error 422.*limit"):
        client.list_artifacts(limit=limit)
    with pytest.raises(RuntimeError, match="Catalog API error 422"):
        client.search("x", limit=limit)


def test_tagging(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", artifact_id="a", tags={"x": "1"}))
    assert client.tag("a", {"y": "2", "x": "3"}) is None
    assert client.tag("a", {}) is None
    kept = client.get("a")
    assert kept is not None
    assert kept.tags == {"x": "3", "y": "2"}


def test_searching(client: RemoteCatalogBackend) -> None:
    client.register(entry("fraud_detector", artifact_id="a", tags={"stage": "production"}))
    client.register(entry("churn", artifact_id="b", tags={"team": "Fraud Ops"}))
    assert ids(client.search("FRAUD")) == ["a", "b"]
    assert ids(client.search("fraud", limit=1)) == ["a"]
    assert ids(client.search("stage:production")) == ["a"]
    assert ids(client.search('team:"fraud ops" & more')) == []
    assert ids(client.search('team:"fraud ops"')) == ["b"]
    assert client.search("%") == []
    assert client.search("_det") == client.search("fraud_")
    assert len(client.search("")) == 2
    with pytest.raises(RuntimeError, match=r"Catalog API error 422.*column 4"):
        client.search("(a ")


def test_lineage(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", "stub", "gone", artifact_id="a"))
    client.register(entry("n", artifact_id="gone"))
    client.register(entry("n", "a", artifact_id="child"))
    client._request("DELETE", "/artifacts/gone")
    lineage = client.get_lineage("a")
    assert set(lineage) >= {"artifact", "parents", "children"}
    told = [(e["artifact_id"], e["state"]) for e in (lineage["artifact"], *lineage["parents"], *lineage["children"])]
    assert told == [("a", "registered"), ("stub", "unregistered"), ("gone", "deleted"), ("child", "registered")]
    assert CatalogEntry.from_dict(lineage["parents"][0]).artifact_id == "stub"


def test_by_hash(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", artifact_id="new", content_hash="h", created_at="2026-01-02"))
    client.register(entry("n", artifact_id="old", content_hash="h", created_at="2026-01-01"))
    found = client.find_by_content_hash("h")
    assert found is not None
    assert found.artifact_id == "old"
    assert client.find_by_content_hash("other") is None
    assert client.find_by_content_hash("") is None


def test_deleting(client: RemoteCatalogBackend) -> None:
    client.register(entry("n", artifact_id="a"))
    assert isinstance(client._request("DELETE", "/artifacts/a"), dict)
    assert client.get("a") is None
    with pytest.raises(RuntimeError, match="Catalog API error 404"):
        client._request("DELETE", "/artifacts/a")


def test_unknown_ids(client: RemoteCatalogBackend) -> None:
    assert client.get("unknown") is None
    for call in (lambda: client.get_lineage("unknown"), lambda: client.tag("unknown", {"x": "1"})):
        with pytest.raises(RuntimeError, match=r"Catalog API error 404.*unknown"):
            call()
    with pytest.raises(RuntimeError, match="Catalog API error 404"):
        client.tag("unknown", {})


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 422),
        ({"artifact_type": ""}, 422),
        ({"artifact_id": "a", "parent_ids": ["a"]}, 422),
        ({"artifact_id": "search"}, 422),
        ({"tags": {"x": float("nan")}}, 422),
        ({"metadata": {"x": 2**70}}, 422),
        ({"name": "a\0b"}, 422),
        ({"created_at": "yesterday"}, 422),
        ({"artifact_id": "root", "parent_ids": ["leaf"]}, 409),
    ],
)
def test_refusals_are_runtime_errors(client: RemoteCatalogBackend, fields: dict[str, Any], status: int) -> None:
    client.register(entry("n", artifact_id="root"))
    client.register(entry("n", "root", artifact_id="leaf"))
    before = [e.to_dict() for e in client.list_artifacts()]
    with pytest.raises(RuntimeError, match=f"Catalog API error {status}"):
        client.register(CatalogEntry(**{"name": "n", "artifact_type": "T", **fields}))
    assert [e.to_dict() for e in client.list_artifacts()] == before


def test_flowymls_catalog(catalog: ArtifactCatalog) -> None:
    """Its documentation's chain, by the class that people import."""
    raw = catalog.register(name="raw_transactions", artifact_type="Dataset", data={"rows": [1, 2]}, source_step="load")
    features = catalog.register(name="fraud_features", artifact_type="FeatureSet", data=[1.5, 2.5], parent_ids=[raw])
    model = catalog.register(
        name="fraud_detector",
        artifact_type="Model",
        data="weights",
        parent_ids=[features],
        source_pipeline="fraud",
        tags={"stage": "staging", "f1_score": 0.95},
        version="1.0",
    )
    again = catalog.register(name="copy", artifact_type="Dataset", data={"rows": [1, 2]})
    assert again != raw
    catalog.tag(model, stage="production")
    best = [m for m in catalog.list(artifact_type="Model") if m.tags.get("f1_score", 0) > 0.9]
    assert [(m.artifact_id, m.tags["stage"], m.version) for m in best] == [(model, "production", "1.0")]
    lineage = catalog.get_lineage(features)
    assert [p["artifact_id"] for p in lineage["parents"]] == [raw]
    assert [c["artifact_id"] for c in lineage["children"]] == [model]
    kept = catalog.get(raw)
    assert kept is not None
    found = catalog.find_by_hash(kept.content_hash)
    assert found is not None
    assert found.artifact_id == raw
    assert [e.name for e in catalog.search("fraud")] == ["fraud_detector", "fraud_features"]
    assert [e.artifact_id for e in catalog.list_artifacts(source_pipeline="fraud", tags={"stage": "production"})] == [
        model
    ]
