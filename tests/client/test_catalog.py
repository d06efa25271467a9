"""`ArtifactCatalog`: the same answers from the local file and from a service."""

from __future__ import annotations

import hashlib
import json
import threading
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flowyml.storage.catalog.backend import CatalogEntry as FlowyMLEntry

from catalog_graph import (
    ArtifactCatalog,
    CatalogEntry,
    CycleRefused,
    DuplicateContent,
    DuplicateContentWarning,
    InvalidInput,
    LimitExceeded,
    NotFound,
    NotHashedWarning,
    RegistrationWarning,
    content_hash,
)


def test_the_quick_start(catalog: ArtifactCatalog) -> None:
    raw = catalog.register(name="raw_transactions", artifact_type="Dataset")
    features = catalog.register(name="fraud_features", artifact_type="FeatureSet", parent_ids=[raw])
    model = catalog.register(
        name="fraud_detector",
        artifact_type="Model",
        source_step="train_model",
        source_run_id="run-abc-123",
        source_pipeline="fraud_detection",
        parent_ids=[features],
        tags={"stage": "staging", "team": "fraud"},
    )
    catalog.tag(model, stage="production")
    assert [e.id for e in catalog.search("fraud")] == [model, features]
    assert [e["id"] for e in catalog.search("stage:production team:fraud")] == [model]
    assert [e.name for e in catalog.list(artifact_type="Model", limit=10)] == ["fraud_detector"]
    lineage = catalog.get_lineage(model)
    assert [parent["name"] for parent in lineage["parents"]] == ["fraud_features"]
    assert lineage["children"] == []
    assert [card.name for card in catalog.upstream(model).nodes] == ["fraud_features", "raw_transactions"]
    assert [card.name for card in catalog.downstream(raw, depth=1).nodes] == ["fraud_features"]
    assert catalog.upstream(model, limit=1).stopped_by == "limit"
    assert catalog.upstream(model, limit=None).complete


def test_the_promotion_example(catalog: ArtifactCatalog) -> None:
    for name, score in (("fraud_detector_v1", 0.89), ("fraud_detector_v2", 0.95), ("fraud_detector_v3", 0.91)):
        catalog.register(name, "Model", tags={"f1_score": score})
    catalog.register("fraud_detector_untagged", "Model")
    models = catalog.search("fraud_detector")
    best = max(models, key=lambda m: m.get("tags", {}).get("f1_score", 0))
    catalog.tag(best["id"], stage="production", promoted_by="ml-team")
    promoted = catalog.get(best["id"])
    assert promoted is not None
    assert promoted["name"] == "fraud_detector_v2"
    assert promoted.tags == {"f1_score": 0.95, "stage": "production", "promoted_by": "ml-team"}
    assert type(promoted.tags["f1_score"]) is float


def test_an_entry_works_both_ways(catalog: ArtifactCatalog) -> None:
    artifact_id = catalog.register("model", "Model", tags={"stage": "dev"}, metadata={"rows": 3}, uri="s3://b/m")
    entry = catalog.get(artifact_id)
    assert entry is not None
    assert entry.name == entry["name"] == "model"
    assert entry.artifact_id == entry.id == entry["id"] == artifact_id
    assert entry.tags["stage"] == entry["tags"]["stage"] == entry.get("tags", {}).get("stage")
    assert entry.get("no such field", "default") == "default"
    assert "id" in entry
    assert dict(entry) == entry.to_dict()
    assert CatalogEntry.from_dict(json.loads(json.dumps(entry.to_dict()))) == entry
    with pytest.raises(KeyError):
        entry["no such field"]


def test_data_is_hashed(catalog: ArtifactCatalog, tmp_path: Path) -> None:
    plain = catalog.register("config", "Config", data={"depth": 3})
    digest = hashlib.sha256(json.dumps({"depth": 3}, sort_keys=True).encode()).hexdigest()
    entry = catalog.find_by_hash(digest)
    assert entry is not None
    assert entry.id == plain
    frame = pd.DataFrame({"x": np.arange(100_000)})
    other = frame.copy()
    other.loc[50_000, "x"] = -1
    ids = [catalog.register("frame", "Dataset", f) for f in (frame, other)]
    hashes = [catalog.backend.get(i).content_hash for i in ids]  # type: ignore[union-attr]
    assert hashes == [content_hash(frame), content_hash(other)]
    assert hashes[0] != hashes[1]
    assert catalog.find_by_hash("") is None
    empty = catalog.get(catalog.register("nothing", "Dataset"))
    assert empty is not None
    assert empty.content_hash == ""
    zero = catalog.get(catalog.register("zero", "Metrics", data=0))
    assert zero is not None
    assert zero.content_hash == content_hash(0)


def test_a_duplicate_is_warned_of_and_registered(catalog: ArtifactCatalog) -> None:
    first = catalog.register("first", "Dataset", data=b"same")
    with pytest.warns(DuplicateContentWarning, match=f"'second'.*same content as '{first}'.*reuse") as caught:
        second = catalog.register("second", "Dataset", data=b"same")
    assert Path(caught[0].filename) == Path(__file__)
    assert first != second
    assert catalog.get(second) is not None


def test_a_duplicate_can_be_reused_or_refused(catalog: ArtifactCatalog) -> None:
    first = catalog.register("first", "Dataset", data=b"same", tags={"a": 1})
    assert catalog.register("second", "Dataset", data=b"same", tags={"b": 2}, on_duplicate="reuse") == first
    kept = catalog.get(first)
    assert kept is not None
    assert (kept.name, kept.tags) == ("first", {"a": 1, "b": 2})
    with pytest.raises(DuplicateContent) as refused:
        catalog.register("third", "Dataset", data=b"same", on_duplicate="error")
    assert refused.value.details["artifact_id"] == first
    assert len(catalog.list()) == 1
    with pytest.raises(InvalidInput, match="on_duplicate 'replace' is not known"):
        catalog.register("fourth", "Dataset", on_duplicate="replace")  # type: ignore[arg-type]


def test_data_that_cannot_be_hashed_is_registered_without(catalog: ArtifactCatalog) -> None:
    with pytest.warns(NotHashedWarning, match="'model' gets no content hash: a threading.Event") as caught:
        artifact_id = catalog.register("model", "Model", data=threading.Event())
    assert Path(caught[0].filename) == Path(__file__)
    entry = catalog.get(artifact_id)
    assert entry is not None
    assert entry.content_hash == ""


def test_registering_under_an_id_again_adds_to_it(catalog: ArtifactCatalog) -> None:
    first = catalog.register(
        "model", "Model", artifact_id="team/model", tags={"a": 1}, created_at="2026-01-01T00:00:00Z"
    )
    again = catalog.register("model", "Model", artifact_id="team/model", tags={"b": 2}, content_hash="sha1:5")
    assert first == again == "team/model"
    entry = catalog.get("team/model")
    assert entry is not None
    assert entry.tags == {"a": 1, "b": 2}
    assert entry.created_at == "2026-01-01T00:00:00.000000+00:00"
    assert entry.content_hash == "sha1:5"


def test_versions_are_numbered_by_name(catalog: ArtifactCatalog) -> None:
    ids = [catalog.register("model", "Model") for _ in range(3)] + [catalog.register("model", "Model", version="2026a")]
    assert [entry.version for entry in map(catalog.get, ids) if entry] == ["1", "2", "3", "2026a"]


def test_many_at_once(catalog: ArtifactCatalog) -> None:
    answers = catalog.register_many(
        [
            {"artifact_id": "child", "name": "child", "artifact_type": "Model", "parent_ids": ["parent"], "data": b"1"},
            CatalogEntry(artifact_id="parent", name="parent", artifact_type="Dataset"),
            FlowyMLEntry(name="of FlowyML", artifact_type="Dataset"),
        ]
    )
    assert [a.artifact_id for a in answers[:2]] == ["child", "parent"]
    assert all(a.created for a in answers)
    child = catalog.get("child")
    assert child is not None
    assert child.content_hash == content_hash(b"1")
    assert [card.artifact_id for card in catalog.upstream("child").nodes] == ["parent"]
    assert catalog.register_many([]) == []


def test_many_at_once_are_all_or_none(catalog: ArtifactCatalog) -> None:
    good = {"name": "good", "artifact_type": "Dataset"}
    refused = [
        ({"name": "no type"}, InvalidInput, "artifact_type is required"),
        ({**good, "artifact_id": "a", "parent_ids": ["a"]}, InvalidInput, "cannot be its own parent"),
        ({**good, "tag": {}}, InvalidInput, "artifact 1: it has the unknown field 'tag'"),
        ("a name", InvalidInput, "artifact 1: it is a str; pass a CatalogEntry or a mapping"),
    ]
    for bad, kind, message in refused:
        with pytest.raises(kind, match=message) as caught:
            catalog.register_many([good, bad])  # type: ignore[list-item]
        assert caught.value.details["index"] == 1
    with pytest.raises(LimitExceeded, match="more than 10,000 artifacts in one call, which registers all or none"):
        catalog.register_many(good for _ in range(10_001))
    assert catalog.list() == []


def test_duplicates_of_a_batch_are_one_warning(catalog: ArtifactCatalog) -> None:
    first = catalog.register("first", "Dataset", data=b"same")
    batch = [{"name": f"copy {n}", "artifact_type": "Dataset", "data": b"same"} for n in range(7)]
    with pytest.warns(DuplicateContentWarning, match=f"'copy 0'.*'{first}'.*and 2 more") as caught:
        catalog.register_many(batch)
    assert len(caught) == 1
    assert Path(caught[0].filename) == Path(__file__)
    with pytest.warns(NotHashedWarning) as unhashed:
        catalog.register_many([{"name": "x", "artifact_type": "Model", "data": threading.Event()}])
    assert Path(unhashed[0].filename) == Path(__file__)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answers = catalog.register_many(batch, on_duplicate="reuse")
    assert {a.artifact_id for a in answers} == {first}


def test_tags_and_parents_are_edited(catalog: ArtifactCatalog) -> None:
    raw, other = catalog.register("raw", "Dataset"), catalog.register("other", "Dataset")
    model = catalog.register("model", "Model", parent_ids=[raw], tags={"a": 1, "b": 2})
    assert catalog.untag(model, "a", "never there").tags == {"b": 2}
    assert catalog.tag(artifact_id=model, c={"deep": [1]}).tags == {"b": 2, "c": {"deep": [1]}}
    assert catalog.tag(model).tags == {"b": 2, "c": {"deep": [1]}}
    with pytest.warns(RegistrationWarning, match="'later' is not the id of an artifact"):
        assert catalog.add_parents(model, other, "later").parent_ids == [raw, other, "later"]
    assert catalog.remove_parents(model, raw).parent_ids == [other, "later"]
    with pytest.raises(CycleRefused) as refused:
        catalog.add_parents(other, model)
    assert refused.value.details["path"] == [other, model, other]


def test_unknown_ids(catalog: ArtifactCatalog) -> None:
    for unknown in ("nobody", "", "search", "with\nline"):
        assert catalog.get(unknown) is None
        assert catalog.get_lineage(unknown) == {"artifact_id": unknown, "error": "not found"}
    for call in (catalog.tag, catalog.untag, catalog.delete, catalog.upstream, catalog.downstream):
        with pytest.raises(NotFound, match="'nobody'"):
            call("nobody")
        with pytest.raises(ValueError, match="'nobody'"):
            call("nobody")


def test_deleting(catalog: ArtifactCatalog) -> None:
    raw = catalog.register("raw", "Dataset")
    model = catalog.register("model", "Model", parent_ids=[raw])
    catalog.delete(raw)
    assert catalog.get(raw) is None
    assert [(card.artifact_id, card.state) for card in catalog.upstream(model).nodes] == [(raw, "deleted")]
    assert "raw (Dataset, v1, deleted)" in catalog.upstream(model).tree()
    with pytest.raises(NotFound):
        catalog.delete(raw)


def test_filters_of_a_list(catalog: ArtifactCatalog) -> None:
    common = {"source_pipeline": "p", "source_step": "s", "tags": {"n": 1}}
    ids = [catalog.register(f"m{n}", "Model", **common) for n in range(3)]  # type: ignore[arg-type]
    catalog.register("other", "Model")
    entries = catalog.list_artifacts("Model", "p", "s", {"n": 1.0}, 2)
    assert [e.id for e in entries] == [ids[2], ids[1]]
    assert [e.id for e in catalog.list(query="m1 type:Model")] == [ids[1]]
    with pytest.raises(InvalidInput, match="limit must be a whole number of at least 1, not 0"):
        catalog.list(limit=0)


def test_the_repr_names_the_backend(catalog: ArtifactCatalog) -> None:
    assert repr(catalog) == f"ArtifactCatalog({catalog.backend!r})"
