"""Two ancestries side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound
from tests.support.entries import artifact, ids
from tests.support.kept import kept

TRAINING = [
    artifact("raw1", name="raw", content_hash="h-raw"),
    artifact("raw2", name="raw", content_hash="h-raw"),
    artifact("extra", name="extra"),
    artifact("config", name="config"),
    artifact("features1", "raw1", name="features", content_hash="h-f1"),
    artifact("features2", "raw2", "extra", name="features", content_hash="h-f2", metadata={"rows": 10}),
    artifact("model1", "features1", "config", "nobody", name="model", tags={"f1": 0.9, "team": "a", "n": 1}),
    artifact("model2", "features2", "config", name="model", tags={"f1": 0.95, "team": "a", "n": 1.0, "new": True}),
]


@kept
def trained(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(TRAINING)
    return backend


def test_side_by_side(trained: CatalogBackend) -> None:
    found = trained.diff("model1", "model2")
    assert (found.left.artifact_id, found.right.artifact_id) == ("model1", "model2")
    assert ids(found.common.cards) == ["config"]
    assert [(p.left.artifact_id, p.right.artifact_id, p.same_content) for p in found.pairs] == [
        ("model1", "model2", False),
        ("features1", "features2", False),
        ("raw1", "raw2", True),
    ]
    assert (found.pairs[0].tags, found.pairs[0].metadata) == ({"f1": [0.9, 0.95], "new": [None, True]}, {})
    assert (found.pairs[1].tags, found.pairs[1].metadata) == ({}, {"rows": [None, 10]})
    assert (ids(found.only_left.cards), ids(found.only_right.cards)) == (["nobody"], ["extra"])
    assert found.complete


def test_where_they_part(trained: CatalogBackend) -> None:
    found = trained.diff("model1", "model2")
    assert (ids(found.parts_left.cards), ids(found.parts_right.cards)) == (["features1", "nobody"], ["extra"])
    trained.remove_parents("features2", "extra")
    trained.remove_parents("model1", "nobody")
    found = trained.diff("model1", "model2")
    assert (ids(found.parts_left.cards), ids(found.parts_right.cards)) == (["features1"], ["features2"])


def test_the_same_data_in_another_training_run(backend: CatalogBackend) -> None:
    backend.register_many([artifact("data"), artifact("m1", "data", name="m"), artifact("m2", "data", name="m")])
    found = backend.diff("m1", "m2")
    assert (ids(found.common.cards), len(found.pairs), found.only_left.total) == (["data"], 1, 0)
    assert (ids(found.parts_left.cards), ids(found.parts_right.cards)) == (["m1"], ["m2"])


def test_an_artifact_and_itself(trained: CatalogBackend) -> None:
    found = trained.diff("model1", "model1")
    assert ids(found.common.cards) == ["model1", "config", "features1", "nobody", "raw1"]
    assert (found.pairs, found.parts_left.total, found.parts_right.total) == ([], 0, 0)


def test_an_artifact_and_what_it_came_from(trained: CatalogBackend) -> None:
    found = trained.diff("model1", "features1")
    assert (ids(found.common.cards), found.pairs) == (["features1", "raw1"], [])
    assert (ids(found.only_left.cards), found.only_right.total) == (["model1", "config", "nobody"], 0)


def test_roots_are_a_pair_only_by_name_and_type_or_by_content(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("m1", name="m", artifact_type="Model", content_hash="h"),
            artifact("m2", name="other", artifact_type="Model"),
            artifact("report", name="m", artifact_type="Report"),
            artifact("copy", name="copy", content_hash="h"),
            artifact("later", "m2", name="later"),
        ]
    )
    for other in ("m2", "report"):
        found = backend.diff("m1", other)
        assert (found.pairs, ids(found.only_left.cards), ids(found.only_right.cards)) == ([], ["m1"], [other])
    assert [pair.same_content for pair in backend.diff("m1", "copy").pairs] == [True]
    backend.register(artifact("m2", name="m", artifact_type="Model"))
    [pair] = backend.diff("m1", "later").pairs
    assert (pair.left.artifact_id, pair.right.artifact_id) == ("m1", "m2")


def test_deleted_artifacts_are_compared_too(trained: CatalogBackend) -> None:
    trained.delete("features1")
    found = trained.diff("model1", "model2")
    assert [(p.left.artifact_id, p.left.state) for p in found.pairs][1] == ("features1", "deleted")
    assert found.pairs[1].metadata == {"rows": [None, 10]}


def test_a_part_says_that_it_is_one(backend: CatalogBackend) -> None:
    for side in "lr":
        backend.register_many(
            [replace(artifact(f"{side}{n:03}"), name=f"n{n}", content_hash="same") for n in range(120)]
        )
        backend.register(artifact(side, *(f"{side}{n:03}" for n in range(120)), name="m"))
    found = backend.diff("l", "r")
    assert (found.pairs_total, len(found.pairs), found.complete) == (121, 121, False)
    assert [pair.tags is None for pair in found.pairs] == [False] * 100 + [True] * 21
    assert all(pair.same_content for pair in found.pairs[1:])
    few = backend.diff("l", "r", limit=1)
    assert (few.pairs_total, len(few.pairs), few.complete) == (121, 1, False)


def test_unknown_artifacts(trained: CatalogBackend) -> None:
    for left, right in (("model1", "unknown"), ("unknown", "model1")):
        with pytest.raises(NotFound) as caught:
            trained.diff(left, right)
        assert caught.value.details["artifact_id"] == "unknown"
