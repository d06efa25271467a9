"""Parents by references and entries: resolved before anything is registered, or refused."""

from __future__ import annotations

import pytest

from catalog_graph import ArtifactCatalog, CatalogBackend, InvalidInput, NotFound
from tests.support.entries import artifact, contents


@pytest.fixture
def catalog(backend: CatalogBackend) -> ArtifactCatalog:
    """Return a catalog with two versions of `raw`."""
    backend.register_many([artifact("id-1", name="raw", at=1), artifact("id-2", name="raw", at=2)])
    backend.set_alias("raw", "best", "id-1")
    return ArtifactCatalog(backend)


def parents(catalog: ArtifactCatalog, artifact_id: str) -> list[str]:
    entry = catalog.get(artifact_id)
    assert entry is not None
    return entry.parent_ids


def test_references_are_resolved(catalog: ArtifactCatalog) -> None:
    catalog.register("a", "Model", artifact_id="a", parents=["raw"])
    catalog.register("b", "Model", artifact_id="b", parents=["raw:v1", "id-2"])
    catalog.register("c", "Model", artifact_id="c", parents=["raw@best"], parent_ids=["id-2"])
    assert [parents(catalog, i) for i in "abc"] == [["id-2"], ["id-1", "id-2"], ["id-2", "id-1"]]


def test_entries_are_parents(catalog: ArtifactCatalog) -> None:
    raw = catalog.get("raw:v1")
    assert raw is not None
    catalog.register("a", "Model", artifact_id="a", parents=[raw, "raw:v1"])
    assert parents(catalog, "a") == ["id-1"]


@pytest.mark.parametrize("reference", ["nothing", "raw:v9", "raw@worst"])
def test_a_parent_that_is_not_found_is_an_error(catalog: ArtifactCatalog, reference: str) -> None:
    before = contents(catalog.backend)
    with pytest.raises(NotFound, match=f"parents: artifact '{reference}' not found") as caught:
        catalog.register("a", "Model", parents=["raw", reference])
    assert caught.value.details["artifact_id"] == reference
    assert contents(catalog.backend) == before


def test_a_batch_takes_both_and_its_own_ids(catalog: ArtifactCatalog) -> None:
    catalog.register_many(
        [
            {"artifact_id": "m", "name": "m", "artifact_type": "Model", "parents": ["f", "raw:v2"]},
            {"artifact_id": "f", "name": "f", "artifact_type": "FeatureSet", "parents": ["raw:v1"]},
            artifact("g", "f"),
        ]
    )
    assert [parents(catalog, i) for i in "mfg"] == [["f", "id-2"], ["id-1"], ["f"]]


def test_a_batch_names_all_parents_that_are_not_found(catalog: ArtifactCatalog) -> None:
    before = contents(catalog.backend)
    batch = [
        {"name": "m", "artifact_type": "Model", "parents": ["raw", "nope"]},
        {"name": "n", "artifact_type": "Model"},
        {"name": "o", "artifact_type": "Model", "parents": ["raw:v9"]},
    ]
    with pytest.raises(NotFound, match=r"artifact 0: parents: artifact 'nope' not found.*; and 1 more") as caught:
        catalog.register_many(batch)
    assert [(error["index"], error["field"]) for error in caught.value.details["errors"]] == [
        (0, "parents"),
        (2, "parents"),
    ]
    assert contents(catalog.backend) == before


def test_parents_are_added_by_reference(catalog: ArtifactCatalog) -> None:
    catalog.register("a", "Model", artifact_id="a")
    assert catalog.add_parents("a", parents=["raw:v1"]).parent_ids == ["id-1"]
    assert catalog.backend.add_parents("a", "x", parents=["raw"]).parent_ids == ["id-1", "x", "id-2"]
    with pytest.raises(NotFound, match="'nope'"):
        catalog.add_parents("a", parents=["nope"])


@pytest.mark.parametrize("wrong", ["raw", {"raw": 1}, [1], [{"name": "raw"}], [""], 7])
def test_what_is_no_reference_is_refused(catalog: ArtifactCatalog, wrong: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        catalog.register("a", "Model", parents=wrong)  # type: ignore[arg-type]
    assert caught.value.details["field"] == "parents"
