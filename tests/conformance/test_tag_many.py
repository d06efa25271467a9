"""Tags of many artifacts, set and removed together: all or none."""

from typing import Any

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from tests.support.backends import stores
from tests.support.entries import artifact, contents, ids, numbered


def test_each_gets_its_own(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=1, tags={"x": 1, "y": 1}), artifact("b", at=2), artifact("c/d", at=3)])
    answer = backend.tag_many({"c/d": {"x": [1, None]}, "a": {"y": 2, "z": True}})
    assert list(answer.items()) == [("c/d", {"x": [1, None]}), ("a", {"x": 1, "y": 2, "z": True})]
    assert [e.tags for e in backend.get_many(["a", "b", "c/d"]) if e] == [answer["a"], {}, answer["c/d"]]
    assert ids(backend.search("z:true")) == ["a"]
    assert backend.untag_many({"a": ["x", "nope", ""], "b": ["x"]}) == {"a": {"y": 2, "z": True}, "b": {}}
    assert ids(backend.search("x:*")) == ["c/d"]
    both = backend.edit_many_tags({"a": {"y": 3}}, {"a": ["z"], "c/d": ["x"]})
    assert both == {"a": {"y": 3}, "c/d": {}}


def test_nothing_else_changes(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "p", at=1, metadata={"m": 1}, uri="u", version="7", content_hash="h")])
    before = backend.get("a")
    backend.tag_many({"a": {"x": 1}})
    backend.untag_many({"a": ["x"]})
    assert backend.get("a") == before
    assert backend.tag_many({}) == backend.untag_many({}) == {}
    assert backend.tag_many({"a": {}}) == {"a": {}}


def test_all_or_none(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", "stub", at=1, tags={"kept": 1}), artifact("gone", "a", at=2)])
    backend.register(artifact("child", "gone"))
    backend.delete("gone")
    before = contents(backend)
    with pytest.raises(NotFound, match="3 of 4 artifacts not found: 'unknown', 'stub', 'gone'") as caught:
        backend.tag_many({"unknown": {"x": 1}, "a": {"kept": 2}, "stub": {"x": 1}, "gone": {}})
    assert caught.value.details["artifact_ids"] == ["unknown", "stub", "gone"]
    with pytest.raises(LimitExceeded, match="'a'"):
        backend.tag_many({"a": {"more": "x" * 16_370}})
    assert contents(backend) == before


@pytest.mark.parametrize(
    "tags",
    [
        {"a": {"x": float("nan")}},
        {"a": ["x"]},
        {"a": None},
        {"search": {}},
        {"": {}},
        {"a\0": {}},
        {"a": {5: 1}},
        [],
        None,
        {"a": {"x": "y" * 17_000}},
    ],
)
def test_what_cannot_be_taken(backend: CatalogBackend, tags: Any) -> None:
    backend.register(artifact("a", at=1, tags={"kept": 1}))
    with pytest.raises(InvalidInput) as caught:
        backend.tag_many(tags)
    assert not isinstance(caught.value, NotFound)
    for keys in ("x", 5):
        with pytest.raises(InvalidInput):
            backend.untag_many({"a": keys})  # type: ignore[dict-item]
    assert [e.tags for e in backend.list_artifacts()] == [{"kept": 1}]


def test_a_catalog_takes_references(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", at=1, name="n"), artifact("b", at=2, name="n"), artifact("c", at=3)])
    catalog = ArtifactCatalog(backend)
    assert catalog.tag_many({"n:v1": {"x": 1}, "c": {"x": 2}, "n": {"x": 3}}) == {
        "a": {"x": 1},
        "c": {"x": 2},
        "b": {"x": 3},
    }
    assert catalog.untag_many({"n:latest": ["x"]}) == {"b": {}}
    with pytest.raises(NotFound, match="no version '9'"):
        catalog.tag_many({"c": {"x": 5}, "n:9": {"x": 1}})
    assert ids(backend.search("x:*")) == ["c", "a"]


@pytest.mark.long
@stores
def test_ten_thousand_and_no_more(backend: CatalogBackend) -> None:
    backend.register_many(numbered(10_000))
    tags = {f"a{n:04}": {"n": n} for n in range(10_000)}
    assert len(backend.tag_many(tags)) == 10_000
    assert [e.artifact_id for e in backend.list_artifacts(query="n>=9999")] == ["a9999"]
    with pytest.raises(LimitExceeded, match="10,001"):
        backend.tag_many({**tags, "x": {}})
