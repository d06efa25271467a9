"""FlowyML's own catalog over our backends: they take its entries, and it reads ours."""

from __future__ import annotations

from typing import Any

import pytest
from flowyml.storage.catalog import ArtifactCatalog as FlowyMLCatalog
from flowyml.storage.catalog.backend import CatalogEntry as FlowyMLEntry

from catalog_graph import CatalogBackend, InvalidInput
from tests.support.entries import ids


@pytest.fixture
def catalog(backend: CatalogBackend) -> FlowyMLCatalog:
    return FlowyMLCatalog(backend=backend)


def test_flowymls_catalog_works_over_it(catalog: FlowyMLCatalog, backend: CatalogBackend) -> None:
    raw = catalog.register(name="raw", artifact_type="Dataset", data=[1, 2, 3])
    model = catalog.register(
        name="model",
        artifact_type="Model",
        source_pipeline="fraud",
        parent_ids=[raw, "unknown"],
        tags={"stage": "production", "f1_score": 0.94},
        metadata={"framework": "xgboost"},
    )
    kept = backend.get(model)
    assert kept is not None
    assert (kept.name, kept.version, kept.parent_ids) == ("model", "1", [raw, "unknown"])
    assert (kept.tags["f1_score"], kept.metadata) == (0.94, {"framework": "xgboost"})
    catalog.tag(model, stage="staging")
    entry: Any = catalog.get(model)
    assert (entry.name, entry.tags["stage"], entry.to_dict()["artifact_id"]) == ("model", "staging", model)
    assert ids(catalog.list(artifact_type="Model", limit=5)) == [model]
    assert ids(catalog.search("model")) == [model]
    assert [parent["name"] for parent in catalog.get_lineage(model)["parents"]] == ["raw", ""]
    assert kept.content_hash == ""
    duplicate = catalog.find_by_hash(catalog._compute_hash([1, 2, 3]))
    assert duplicate is not None
    assert duplicate.artifact_id == raw


def test_batches_take_its_entries(backend: CatalogBackend) -> None:
    batch: list[Any] = [FlowyMLEntry(artifact_id="a", name="a", artifact_type="T"), {"name": "b", "artifact_type": "T"}]
    assert [answer.created for answer in backend.register_many(batch)] == [True, True]
    assert backend.get("a") is not None


@pytest.mark.parametrize("wrong", ["model", None, 7, {"name": "n", "artifact_typ": "T"}])
def test_what_is_no_entry_is_refused(backend: CatalogBackend, wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="it "):
        backend.register(wrong)
