"""Names that are also the ids of unregistered parents, and references that are to be ids and nothing else."""

import warnings
from typing import Any

import pytest

from catalog_graph import ReferenceWarning
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import AliasConflict, InvalidInput, NotFound
from tests.support.answers import every_answer, questions_about_one
from tests.support.entries import artifact, ids
from tests.support.kept import kept

POLICY = "rules:\n  - rule: registered\n"


@kept
def catalog(backend: CatalogBackend) -> ArtifactCatalog:
    """`source` -> i (named raw) -> model; `other` names raw as if it were an id, so that a stub has that id."""
    backend.register_many(
        [artifact("source", at=0), artifact("i", "source", at=1, name="raw"), artifact("model", "i", at=2)]
    )
    backend.register(artifact("other", "raw", at=3))
    return ArtifactCatalog(backend)


def test_a_name_comes_before_a_stub_of_that_id(catalog: ArtifactCatalog) -> None:
    with pytest.warns(ReferenceWarning, match="'raw' is read as the name of 'i'.*exact=True") as noted:
        assert catalog.resolve("raw") == "i"
    assert noted[0].filename == __file__
    with pytest.warns(ReferenceWarning):
        assert catalog.upstream("raw").root.artifact_id == "i"
    with pytest.warns(ReferenceWarning):
        assert ids(catalog.downstream("raw").nodes) == ["model"]
    with pytest.warns(ReferenceWarning):
        assert catalog.get_lineage("raw")["artifact"]["artifact_id"] == "i"
    with pytest.warns(ReferenceWarning):
        assert catalog.get("raw").artifact_id == "i"  # type: ignore[union-attr]
    with pytest.warns(ReferenceWarning):
        assert catalog.tag("raw", x=1).artifact_id == "i"
    with pytest.warns(ReferenceWarning):
        assert catalog.check_promotion("raw", POLICY).passed
    with pytest.warns(ReferenceWarning):
        assert ids(catalog.impact("raw").lineage.nodes) == ["model"]
    with pytest.warns(ReferenceWarning):
        assert ids(catalog.upstream("model", without=["raw"]).nodes) == []


def test_every_answer_reads_the_name(catalog: ArtifactCatalog) -> None:
    with pytest.warns(ReferenceWarning):
        by_name = [*every_answer(catalog, "model", "raw")]
    assert [answer.to_dict() for _, answer in by_name] == [
        answer.to_dict() for _, answer in every_answer(catalog, "model", "i")
    ]


@pytest.mark.filterwarnings("error::catalog_graph.ReferenceWarning")
def test_exact_is_an_id_and_nothing_else(catalog: ArtifactCatalog) -> None:
    assert catalog.resolve("raw", exact=True) == "raw"
    assert catalog.upstream("raw", exact=True).root.state == "unregistered"
    assert ids(catalog.downstream("raw", exact=True).nodes) == ["other"]
    assert catalog.get_lineage("raw", exact=True)["artifact"]["state"] == "unregistered"
    assert catalog.get("raw", exact=True) is None
    assert ids(catalog.impact("raw", exact=True).lineage.nodes) == ["other"]
    assert [ids(path) for path in catalog.paths("raw", "other", exact=True).paths] == [["raw", "other"]]
    assert catalog.diff("raw", "i", exact=True).left.artifact_id == "raw"
    answers = [getattr(catalog, question)("raw", exact=True) for question in questions_about_one()]
    assert all("'artifact_id': 'raw'" in str(answer.to_dict()) for answer in answers)
    assert ids(catalog.what_if("other", ["raw"], exact=True).without) == ["raw"]
    assert ids(catalog.upstream("model", without=["raw"], exact=True).nodes) == ["i", "source"]


@pytest.mark.parametrize("reference", ["raw:latest", "raw:1", "source:latest", "nothing"])
def test_no_other_reading_is_tried(catalog: ArtifactCatalog, reference: str) -> None:
    attempts: list[Any] = [
        lambda: catalog.resolve(reference, exact=True),
        lambda: catalog.upstream(reference, exact=True),
        lambda: catalog.impact(reference, exact=True),
        lambda: catalog.paths("source", reference, exact=True),
        lambda: catalog.upstream("model", without=[reference], exact=True),
        lambda: catalog.tag(reference, x=1, exact=True),
        lambda: catalog.untag(reference, "x", exact=True),
        lambda: catalog.add_parents(reference, "x", exact=True),
        lambda: catalog.remove_parents(reference, "x", exact=True),
        lambda: catalog.delete(reference, exact=True),
        lambda: catalog.unset(reference, fields=["uri"], exact=True),
        lambda: catalog.purge(reference, exact=True),
        lambda: catalog.tag_many({reference: {"x": 1}}, exact=True),
        lambda: catalog.check_promotion(reference, POLICY, exact=True),
        lambda: catalog.promote(reference, "champion", POLICY, exact=True),
        lambda: catalog.set_alias("raw", "champion", reference, exact=True),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert catalog.get_lineage(reference, exact=True) == {"artifact_id": reference, "error": "not found"}
    assert catalog.aliases(artifact_id=reference, exact=True) == []
    with pytest.raises(AliasConflict):
        catalog.set_alias("raw", "champion", "i", expected=reference, exact=True)


def test_an_id_that_was_registered_comes_before_a_name(catalog: ArtifactCatalog) -> None:
    catalog.register("gone", "Dataset", artifact_id="other2")
    catalog.register("x", "Dataset", artifact_id="gone")
    catalog.register("child", "Dataset", parent_ids=["gone"])
    catalog.delete("gone", exact=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert catalog.resolve("gone") == "gone"


def test_a_stub_is_found_where_nothing_has_that_name(catalog: ArtifactCatalog) -> None:
    catalog.backend.register(artifact("last", "lake"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert catalog.resolve("lake") == "lake"
        assert catalog.upstream("lake").root.state == "unregistered"


def test_pages_go_on_with_what_the_first_was_about(catalog: ArtifactCatalog) -> None:
    lineage = catalog.downstream("raw", exact=True, limit=1)
    assert ids(lineage.nodes) == ["other"]


def test_a_tag_is_not_taken_for_exact(catalog: ArtifactCatalog) -> None:
    assert catalog.tag("model", exact=True, x=1).tags == {"x": 1}
    for tags in ({"exact": "yes"}, {"exact": True}):
        with pytest.raises(InvalidInput, match="tag_many"):
            catalog.tag("model", **tags)  # type: ignore[arg-type]
    assert catalog.tag_many({"model": {"exact": True}}, exact=True) == {"model": {"x": 1, "exact": True}}
