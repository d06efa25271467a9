"""A copy answers as its original does, between each pair of backends and through a file."""

from __future__ import annotations

import io

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from tests.copies.conftest import NewCatalog
from tests.copies.support import IDS, POLICY, Copy, answers, copied, copied_by_file, dumped, live

COPIES = pytest.mark.parametrize("copy", [copied, copied_by_file])


def assert_alike(source: CatalogBackend, target: CatalogBackend, instants: list[str]) -> None:
    expected, actual = answers(source, instants), answers(target, instants)
    assert actual.keys() == expected.keys()
    for question, answer in expected.items():
        assert actual[question] == answer, question


def assert_copies_alike(new_store: NewCatalog, local: NewCatalog, copy: Copy, seed: int) -> None:
    """Copy a history into a store and out of it again, and bring both up to date with what comes later."""
    source, target, back = local(), new_store(), local()
    instants = live(source, seed)
    copy(source, target)
    assert_alike(source, target, instants)
    copy(target, back)
    assert_alike(source, back, instants)
    instants += live(source, seed + 1000, steps=20)
    copy(source, target)
    assert_alike(source, target, instants)


def assert_there_and_on(source: CatalogBackend, target: CatalogBackend, copy: Copy, seed: int) -> None:
    """Copy a history that began in one store into another, and bring that up to date with what comes later."""
    instants = live(source, seed)
    copy(source, target)
    assert_alike(source, target, instants)
    instants += live(source, seed + 1000, steps=20)
    copy(source, target)
    assert_alike(source, target, instants)


@COPIES
def test_a_copy_answers_as_its_original(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    assert_copies_alike(new_store, local, copy, seed=0)


def test_two_aliases_change_places(new_store: NewCatalog, local: NewCatalog) -> None:
    source, target = local(), new_store()
    source.register_many([CatalogEntry(artifact_id=i, name="m", artifact_type="Model") for i in ("x", "y")])
    for blue, green in (("y", "x"), ("x", "y")):
        source.set_alias("m", "blue", blue)
        source.set_alias("m", "green", green)
        copied(source, target)
        assert (target.resolve("m@blue"), target.resolve("m@green")) == (blue, green)


@pytest.mark.long
@COPIES
@pytest.mark.parametrize("outward", [True, False])
def test_a_copy_between_services_and_stores(
    new_store: NewCatalog, served: NewCatalog, copy: Copy, outward: bool
) -> None:
    """Each kind of store is the original once, and once the copy, of a catalog behind a service."""
    catalogs = new_store(), served()
    assert_there_and_on(*(catalogs if outward else catalogs[::-1]), copy, seed=3)


@pytest.mark.long
@COPIES
@pytest.mark.parametrize("outward", [True, False])
@pytest.mark.parametrize("seed", range(4, 6))
def test_many_copies_between_services_and_stores(
    new_store: NewCatalog, served: NewCatalog, copy: Copy, outward: bool, seed: int
) -> None:
    catalogs = new_store(), served()
    assert_there_and_on(*(catalogs if outward else catalogs[::-1]), copy, seed=seed)


@pytest.mark.long
@COPIES
@pytest.mark.parametrize("seed", range(1, 10))
def test_many_copies_answer_as_their_originals(new_store: NewCatalog, local: NewCatalog, copy: Copy, seed: int) -> None:
    assert_copies_alike(new_store, local, copy, seed)


@COPIES
def test_a_second_copy_changes_nothing(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    source, target = local(), new_store()
    instants = live(source, 1)
    first = copy(source, target)
    assert (first.known, first.changed, first.left_out) == (0, 0, 0)
    before = answers(target, instants)
    again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)
    assert again.known == first.new
    assert again.text.startswith("new 0, known ")
    assert answers(target, instants) == before


@COPIES
def test_ancestry_behind_a_deleted_artifact_comes_along(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    source, target = local(), new_store()
    source.register_many(
        [
            CatalogEntry("raw", "raw", "Dataset", tags={"licence": "restricted"}),
            CatalogEntry("features", "features", "FeatureSet", parent_ids=["raw"]),
            CatalogEntry("model", "model", "Model", parent_ids=["features"]),
        ]
    )
    source.delete("features")
    source.set_alias("model", "champion", "model", by="ana")
    copy(source, target)
    for catalog in (source, target):
        assert {(node.artifact_id, node.state) for node in catalog.upstream("model").nodes} == {
            ("features", "deleted"),
            ("raw", "registered"),
        }
        assert not ArtifactCatalog(catalog).check_promotion("model", POLICY).passed
        assert catalog.alias("model", "champion") == "model"
        assert [move.by for move in catalog.alias_history("model")] == ["ana"]


def test_a_store_is_copied_through_a_file_into_itself_anew(new_store: NewCatalog, local: NewCatalog) -> None:
    source = new_store()
    instants = live(source, 11)
    before, text = answers(source, instants), dumped(source)
    target = new_store()
    assert target.list_artifacts() == []
    ArtifactCatalog(target).load(io.BytesIO(text))
    after = answers(target, instants)
    for question, answer in before.items():
        assert after[question] == answer, question


@COPIES
def test_a_deletion_that_is_copied_washes_no_ancestry_off(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    source, target = local(), new_store()
    for catalog in (source, target):
        catalog.register(CatalogEntry("raw", "raw", "Dataset", tags={"licence": "restricted"}))
        catalog.register(CatalogEntry("features", "features", "FeatureSet", parent_ids=["raw"]))
    target.register(CatalogEntry("model", "model", "Model", parent_ids=["features"]))
    source.delete("features")
    copy(source, target)
    cards = {(node.artifact_id, node.state) for node in target.upstream("model").nodes}
    assert cards == {("features", "deleted"), ("raw", "registered")}
    assert not ArtifactCatalog(target).check_promotion("model", POLICY).passed
    again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)


def test_a_child_that_is_copied_washes_no_ancestry_off(new_store: NewCatalog, local: NewCatalog) -> None:
    """The artifact that it was made from is deleted and has no child where the copy goes; the source never saw it."""
    source, target = local(), new_store()
    target.register(CatalogEntry("raw", "raw", "T", tags={"licence": "restricted"}))
    target.register(CatalogEntry("features", "features", "T", parent_ids=["raw"]))
    target.delete("features")
    source.register(CatalogEntry("model", "model", "T", parent_ids=["features"]))
    copied(source, target)
    assert [(card.artifact_id, card.state) for card in target.upstream("model").nodes] == [
        ("features", "deleted"),
        ("raw", "registered"),
    ]
    assert not target.check_promotion("model", POLICY).passed
    again = copied(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)


def test_a_copy_line_by_line_knows_which_edges_a_deletion_ended(new_store: NewCatalog, local: NewCatalog) -> None:
    """A batch may end between the removed edges of an artifact and the artifact; over HTTP it always does."""
    source, target = local(), new_store()
    source.register(CatalogEntry("raw", "raw", "T"))
    source.register(CatalogEntry("leaf", "leaf", "T", parent_ids=["raw"]))
    source.delete("leaf")
    for _ in range(2):
        results = [target.import_records(iter([line])) for line in source.export_records()]
    assert not any(result.new or result.changed for result in results)
    assert target.undelete("leaf").parent_ids == ["raw"]


@COPIES
def test_what_was_undeleted_keeps_its_place_among_the_versions(
    new_store: NewCatalog, local: NewCatalog, copy: Copy
) -> None:
    """`undelete` keeps `recorded_at`, by which versions that are no numbers have their order."""
    source, target = local(), new_store()
    source.register(CatalogEntry("a", "model", "T", version="alpha"))
    source.register(CatalogEntry("b", "model", "T", version="beta"))
    source.delete("a")
    source.undelete("a")
    for _ in range(2):
        again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)
    assert target.get("a").recorded_at == source.get("a").recorded_at  # type: ignore[union-attr]
    assert target.resolve("model:latest") == source.resolve("model:latest") == "b"


@COPIES
@pytest.mark.parametrize("deletes_first", [True, False])
def test_a_deleted_artifact_whose_last_child_a_copy_takes_is_in_no_answer(
    new_store: NewCatalog, local: NewCatalog, copy: Copy, deletes_first: bool
) -> None:
    """One side deletes an artifact that still has a child there, and the other ends the edge of that child."""
    source, target = local(), new_store()
    source.register(CatalogEntry("raw", "raw", "T"))
    source.register(CatalogEntry("features", "features", "T", parent_ids=["raw"]))
    source.register(CatalogEntry("model", "model", "T", parent_ids=["features"]))
    copy(source, target)
    deleting, editing = (target, source) if deletes_first else (source, target)
    deleting.delete("features", force=True)
    editing.remove_parents("model", "features")
    copy(source, target)
    assert target.downstream("raw").nodes == []
    assert target.impact("raw").lineage.total == 0
    assert target.neighbours("features") is None
    again = copy(source, target)
    assert (again.new, again.changed, again.left_out) == (0, 0, 0)
    assert target.undelete("features").parent_ids == ["raw"]


@COPIES
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))])
def test_catalogs_that_were_changed_apart_show_no_childless_deleted_artifact(
    new_store: NewCatalog, local: NewCatalog, copy: Copy, seed: int
) -> None:
    source, target = local(), new_store()
    live(source, seed, is_ordered=True)
    copy(source, target)
    live(source, seed + 2000, is_ordered=True)
    live(target, seed + 3000, is_ordered=True)
    assert not copy(source, target).kinds["artifact"]["left_out"]
    for artifact_id in IDS:
        answer = target.downstream(artifact_id) if target.neighbours(artifact_id) else None
        for node in answer.nodes if answer else ():
            assert node.state != "deleted" or target.downstream(node.artifact_id).total, (artifact_id, node)


@COPIES
def test_what_is_deleted_is_undeleted_in_the_copy(new_store: NewCatalog, local: NewCatalog, copy: Copy) -> None:
    source, target = local(), new_store()
    source.register(CatalogEntry("m", "m", "Model", parent_ids=["b", "a"], tags={"t": 1}, metadata={"x": [1]}))
    source.delete("m")
    copy(source, target)
    assert target.neighbours("m") is None
    kept, original = target.undelete("m"), source.undelete("m")
    for name in ("tags", "metadata", "version", "created_at"):
        assert getattr(kept, name) == getattr(original, name)
    assert sorted(kept.parent_ids) == ["a", "b"]
