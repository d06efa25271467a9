"""The same content registered again: warned of, reused, or refused."""

from dataclasses import replace

import pytest

from catalog_graph.artifact import Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused, DuplicateContent, InvalidInput
from tests.support.entries import artifact, contents, ids


def test_a_duplicate_is_registered_and_named(backend: CatalogBackend) -> None:
    backend.register_many([artifact("new", at=2, content_hash="h"), artifact("old", at=1, content_hash="h")])
    answer = backend.register_many([artifact("third", at=3, content_hash="h")])
    assert answer == [Registration("third", True, "1", "old")]
    assert len(backend.list_artifacts()) == 3


def test_other_content_and_no_content_are_no_duplicates(backend: CatalogBackend) -> None:
    answers = backend.register_many([artifact("a", content_hash="h"), artifact("b", content_hash="H"), artifact("c")])
    answers += backend.register_many([artifact("d"), artifact("e", content_hash="h2")])
    assert [a.duplicate_of for a in answers] == [None] * 5


def test_an_artifact_is_no_duplicate_of_itself(backend: CatalogBackend) -> None:
    for way in ("warn", "reuse", "error"):
        answer = backend.register_many([artifact("a", content_hash="h")], on_duplicate=way)
        assert [(a.artifact_id, a.duplicate_of) for a in answer] == [("a", None)]


def test_equal_ages_are_settled_by_id(backend: CatalogBackend) -> None:
    backend.register_many([artifact("b", at=1, content_hash="h"), artifact("a", at=1, content_hash="h")])
    assert backend.register_many([artifact("c", content_hash="h")])[0].duplicate_of == "a"


def test_deleted_artifacts_are_no_originals(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "p", content_hash="h")])
    backend.delete("a")
    for way in ("warn", "reuse", "error"):
        answer = backend.register_many([artifact("b", content_hash="h")], on_duplicate=way)
        assert [(a.artifact_id, a.duplicate_of) for a in answer] == [("b", None)]


def test_reuse_merges_parents_and_tags_and_nothing_else(backend: CatalogBackend) -> None:
    backend.register(artifact("old", "p", at=1, content_hash="h", tags={"x": 1, "y": 1}, uri="u"))
    sent = artifact("new", "p", "q", content_hash="h", tags={"y": 2}, metadata={"m": 1}, uri="v", version="9")
    [answer] = backend.register_many([sent], on_duplicate="reuse")
    assert replace(answer, warnings=[]) == Registration("old", False, "1", "old")
    assert [text.split("'")[1] for text in answer.warnings] == ["p", "q"]
    kept = backend.get("old")
    assert kept is not None
    assert (kept.name, kept.uri, kept.version, kept.metadata) == ("old", "u", "1", {})
    assert (kept.parent_ids, kept.tags) == (["p", "q"], {"x": 1, "y": 2})
    assert backend.neighbours("new") is None
    assert ids(backend.list_artifacts()) == ["old"]


def test_error_refuses_and_names_the_original(backend: CatalogBackend) -> None:
    backend.register(artifact("old", content_hash="h"))
    before = contents(backend)
    with pytest.raises(DuplicateContent) as caught:
        backend.register_many([artifact("a"), artifact("new", content_hash="h")], on_duplicate="error")
    assert caught.value.details["artifact_id"] == "old"
    assert contents(backend) == before


def test_duplicates_within_a_batch_are_named(backend: CatalogBackend) -> None:
    answers = backend.register_many([artifact("b", at=2, content_hash="h"), artifact("a", at=1, content_hash="h")])
    assert [a.duplicate_of for a in answers] == [None, "b"]


def test_duplicates_within_a_batch_are_refused(backend: CatalogBackend) -> None:
    with pytest.raises(DuplicateContent):
        backend.register_many([artifact("a", content_hash="h"), artifact("b", content_hash="h")], on_duplicate="error")
    assert contents(backend) == []


def test_reuse_within_a_batch(backend: CatalogBackend) -> None:
    answers = backend.register_many(
        [artifact("a", "p", content_hash="h", tags={"x": 1}), artifact("b", "q", content_hash="h", tags={"y": 2})],
        on_duplicate="reuse",
    )
    expected = [Registration("a", True, "1", None), Registration("a", False, "1", "a")]
    assert [replace(answer, warnings=[]) for answer in answers] == expected
    kept = backend.get("a")
    assert kept is not None
    assert (kept.parent_ids, kept.tags) == (["p", "q"], {"x": 1, "y": 2})
    assert ids(backend.list_artifacts()) == ["a"]


def test_children_of_what_is_reused_are_children_of_the_original(backend: CatalogBackend) -> None:
    backend.register(artifact("old", content_hash="h"))
    batch = [artifact("first", "new"), artifact("new", content_hash="h"), artifact("second", "x", "new", "old")]
    assert ids(backend.register_many(batch, on_duplicate="reuse")) == ["first", "old", "second"]
    first, second = backend.get_many(["first", "second"])
    assert first is not None
    assert second is not None
    assert first.parent_ids == ["old"]
    assert second.parent_ids == ["x", "old"]
    assert backend.neighbours("new") is None


def test_reuse_cannot_make_an_artifact_its_own_parent(backend: CatalogBackend) -> None:
    backend.register(artifact("old", content_hash="h", tags={"x": 1}))
    before = contents(backend)
    with pytest.raises(InvalidInput, match="'old' cannot be its own parent"):
        backend.register_many([artifact("new", "old", content_hash="h", tags={"x": 2})], on_duplicate="reuse")
    assert contents(backend) == before


def test_reuse_cannot_close_a_cycle(backend: CatalogBackend) -> None:
    backend.register_many([artifact("old", content_hash="h"), artifact("child", "old")])
    before = contents(backend)
    with pytest.raises(CycleRefused) as caught:
        backend.register_many([artifact("new", "child", content_hash="h")], on_duplicate="reuse")
    assert sorted(caught.value.details["path"][1:]) == ["child", "old"]
    assert contents(backend) == before


def test_an_unknown_way_is_refused(backend: CatalogBackend) -> None:
    with pytest.raises(InvalidInput, match="use warn, reuse or error"):
        backend.register_many([artifact("a")], on_duplicate="ignore")  # type: ignore[arg-type]
    assert contents(backend) == []
