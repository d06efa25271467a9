"""Warnings of a registration: parents that are not registered, and what their ids resemble."""

from __future__ import annotations

import warnings

import pytest

from catalog_graph import ArtifactCatalog, CatalogBackend, RegistrationWarning
from catalog_graph.artifact import CatalogEntry
from tests.support.entries import artifact


def test_a_registered_parent_is_no_warning(backend: CatalogBackend) -> None:
    assert backend.register_one(artifact("raw")).warnings == []
    assert backend.register_one(artifact("model", "raw")).warnings == []


def test_an_unknown_parent_is_named(backend: CatalogBackend) -> None:
    expected = [
        "parent_ids: 'raw' is not the id of an artifact; lineage shows it as unregistered until it is registered"
    ]
    assert backend.register_one(artifact("model", "raw")).warnings == expected
    # A second child leaves the stub; registering the first again without parents is not about it.
    assert backend.register_one(artifact("report", "raw")).warnings == expected
    assert backend.register_one(artifact("model")).warnings == []
    backend.register_one(artifact("raw"))
    assert backend.register_one(artifact("model", "raw")).warnings == []


def test_a_parent_may_come_later_in_the_same_batch(backend: CatalogBackend) -> None:
    answers = backend.register_many([artifact("model", "raw"), artifact("raw")])
    assert [answer.warnings for answer in answers] == [[], []]


def test_a_name_in_place_of_an_id_is_recognised(backend: CatalogBackend) -> None:
    backend.register(artifact("id-1", name="raw", at=1))
    backend.register(artifact("id-2", name="raw", at=2))
    answer = backend.register_one(artifact("model", "raw", "raw:v1", "raw@best", "RAW"))
    advice = "the name of 'id-2': send it in parents, which takes references"
    assert answer.warnings == [
        f"parent_ids: 'raw' is not the id of an artifact; it is {advice}",
        f"parent_ids: 'raw:v1' is not the id of an artifact; it begins with 'raw', {advice}",
        f"parent_ids: 'raw@best' is not the id of an artifact; it begins with 'raw', {advice}",
        "parent_ids: 'RAW' is not the id of an artifact; lineage shows it as unregistered until it is registered",
    ]


def test_a_name_that_comes_in_the_same_batch_is_recognised(backend: CatalogBackend) -> None:
    answers = backend.register_many([artifact("model", "raw"), artifact("id-1", name="raw")])
    [[text], []] = [answer.warnings for answer in answers]
    assert "it is the name of 'id-1'" in text


def test_a_hidden_parent_is_named(backend: CatalogBackend) -> None:
    backend.register_many([artifact("raw"), artifact("features", "raw")])
    backend.delete("features")
    [text] = backend.register_one(artifact("model", "features")).warnings
    assert text == (
        "parent_ids: 'features' was deleted; lineage shows it, marked as deleted, with the parents that it had"
    )
    assert backend.register_one(artifact("report", "features")).warnings == []


def test_the_old_parents_of_a_tombstone_are_named(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a"), artifact("b", "a", "é"), artifact("c", "b")])
    backend.delete("b")
    [text] = backend.register_one(artifact("b", "a")).warnings
    assert text == "artifact_id: 'b' was deleted, and others derive from it: its old parents stay: 'a', 'é'"
    backend.delete("c")
    backend.delete("b")
    assert backend.register_one(artifact("b", "a")).warnings == []


def test_a_deleted_parent_is_no_warning(backend: CatalogBackend) -> None:
    backend.register_many([artifact("raw"), artifact("features", "raw")])
    backend.delete("raw")
    assert backend.register_one(artifact("model", "raw")).warnings == []


def test_a_batch_names_twenty_and_counts_the_others(backend: CatalogBackend) -> None:
    first = artifact("first", *(f"p{n:02}" for n in range(15)))
    second = artifact("second", *(f"p{n:02}" for n in range(10, 40)))
    answers = backend.register_many([first, second, artifact("third", "p39")])
    assert [len(answer.warnings) for answer in answers] == [15, 6, 0]
    assert "'p19'" in answers[1].warnings[4]
    assert answers[1].warnings[5] == "and 20 more warnings about this request"


def test_a_repeated_request_gets_the_same_warnings(backend: CatalogBackend) -> None:
    entries = [CatalogEntry(name="model", artifact_type="Model", parent_ids=["raw"]), artifact("other")]
    first = backend.register_many(entries, idempotency_key="once")
    assert [len(answer.warnings) for answer in first] == [1, 0]
    backend.register(artifact("raw"))
    assert backend.register_many(entries, idempotency_key="once") == first


def test_a_parent_that_is_reused_content_is_no_warning(backend: CatalogBackend) -> None:
    backend.register(artifact("raw", content_hash="h"))
    batch = [artifact("copy", content_hash="h"), artifact("model", "copy")]
    assert [a.warnings for a in backend.register_many(batch, on_duplicate="reuse")] == [[], []]
    [answer] = backend.register_many([artifact("later", "copy")])
    assert len(answer.warnings) == 1


def test_the_catalog_warns(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    with pytest.warns(RegistrationWarning, match="'raw' is not the id of an artifact") as caught:
        catalog.register("model", "Model", parent_ids=["raw"])
    assert caught[0].filename == __file__
    with pytest.warns(RegistrationWarning) as caught:
        catalog.register_many([artifact("a", "raw"), artifact("b", "raw", "other")])
    assert [str(each.message).split("'")[1] for each in caught] == ["raw", "other"]
    assert {each.filename for each in caught} == {__file__}


def test_the_backend_of_flowyml_is_silent(backend: CatalogBackend) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        backend.register(artifact("model", "raw"))
        backend.register_many([artifact("report", "raw")])
    assert caught == []


def test_parents_that_are_added_are_warned_about(backend: CatalogBackend) -> None:
    catalog = ArtifactCatalog(backend)
    backend.register_many([artifact("id-1", name="raw"), artifact("model", "old"), artifact("known")])
    assert catalog.add_parents("model", "known").parent_ids == ["old", "known"]
    with pytest.warns(RegistrationWarning) as caught:
        catalog.add_parents("model", "raw", "nothing", "known")
    assert [str(each.message) for each in caught] == [
        "parent_ids: 'raw' is not the id of an artifact; it is the name of 'id-1': send it in parents, which takes "
        "references",
        "parent_ids: 'nothing' is not the id of an artifact; lineage shows it as unregistered until it is registered",
    ]
    assert {each.filename for each in caught} == {__file__}
