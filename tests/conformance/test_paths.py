"""The ways between two artifacts: the shortest first, and exactly how many."""

from __future__ import annotations

import itertools

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, NotFound
from tests.conformance.test_lineage import DIAMOND
from tests.support.entries import artifact, chain, ids


def test_the_shortest_first(backend: CatalogBackend) -> None:
    backend.register_many(DIAMOND)
    found = backend.paths("raw", "model")
    assert (found.source.artifact_id, found.target.artifact_id, found.count) == ("raw", "model", 4)
    assert [ids(path) for path in found.paths] == [
        ["raw", "model"],
        ["raw", "short", "model"],
        ["raw", "left", "join", "model"],
        ["raw", "right", "join", "model"],
    ]
    assert [card.depth for card in found.paths[3]] == [1, 2, 1, 0]
    assert found.complete
    assert not found.cyclic
    some = backend.paths("raw", "model", limit=2)
    assert (some.count, some.complete, some.paths) == (4, False, found.paths[:2])


def test_none_is_an_answer(backend: CatalogBackend) -> None:
    backend.register_many(DIAMOND)
    for source, target in (("model", "raw"), ("left", "right"), ("raw", "raw"), ("short", "join")):
        found = backend.paths(source, target)
        assert (found.source.artifact_id, found.target.artifact_id) == (source, target)
        assert (found.count, found.paths, found.complete) == (0, [], True)


def test_one_of_the_shortest_alone(backend: CatalogBackend) -> None:
    backend.register_many([*DIAMOND, *chain("a", "b", "c", "d"), artifact("d", "b"), artifact("b", "stub")])
    backend.delete("b")
    found = backend.paths("raw", "model", count=False)
    assert [ids(path) for path in found.paths] == [["raw", "model"]]
    assert (found.count, found.counted, found.complete, found.cyclic) == (None, False, False, False)
    [way] = backend.paths("stub", "d", count=False).paths
    assert [(card.artifact_id, card.depth, card.state) for card in way] == [
        ("stub", 2, "unregistered"),
        ("b", 1, "deleted"),
        ("d", 0, "registered"),
    ]
    assert backend.paths("model", "raw", count=False).paths == backend.paths("d", "d", count=False).paths == []
    assert backend.paths("d", "a", count=False).complete
    for source, target in (("a", "unknown"), ("unknown", "a")):
        with pytest.raises(NotFound):
            backend.paths(source, target, count=False)


def test_through_stubs_and_tombstones(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("a", "stub")])
    backend.delete("b")
    assert [ids(path) for path in backend.paths("stub", "c").paths] == [["stub", "a", "b", "c"]]


def test_a_number_past_all_bounds(backend: CatalogBackend) -> None:
    layers = [[f"l{n:02}-{m}" for m in range(5)] for n in range(40)]
    entries = [artifact(i) for i in layers[0]]
    for lower, upper in itertools.pairwise(layers):
        entries += [artifact(i, *lower) for i in upper]
    backend.register_many([*entries, artifact("end", *layers[-1])])
    found = backend.paths("l00-0", "end", limit=3)
    assert found.count == 5**39
    assert [len(path) for path in found.paths] == [41, 41, 41]
    assert not found.complete


def test_questions_that_are_none(backend: CatalogBackend) -> None:
    backend.register(artifact("a"))
    for source, target in (("a", "unknown"), ("unknown", "a")):
        with pytest.raises(NotFound) as caught:
            backend.paths(source, target)
        assert caught.value.details["artifact_id"] == "unknown"
    with pytest.raises(InvalidInput, match="limit"):
        backend.paths("a", "a", limit=0)
    with pytest.raises(InvalidInput, match="target"):
        backend.paths("a", "")
