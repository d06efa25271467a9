"""Choke points: what everything an artifact came from has to pass."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound
from tests.support.entries import artifact, chain, ids


def test_every_path_from_a_source_runs_through_them(backend: CatalogBackend) -> None:
    backend.register_many(
        [
            artifact("s1"),
            artifact("s2"),
            artifact("in", "s1", "s2"),
            artifact("left", "in"),
            artifact("right", "in"),
            artifact("out", "left", "right"),
            artifact("model", "out"),
        ]
    )
    answer = backend.choke_points("model")
    assert (answer.root.artifact_id, ids(answer.points), answer.sources) == ("model", ["out", "in"], 2)
    assert [card.depth for card in answer.points] == [1, 3]
    assert answer.complete
    assert ids(backend.choke_points("out").points) == ["in"]
    assert ids(backend.choke_points("left").points) == ["in"]
    assert ids(backend.choke_points("in").points) == []


def test_one_source_alone_is_the_last(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("d", "c", "b", "stub")])
    assert ids(backend.choke_points("c").points) == ["b", "a"]
    assert ids(backend.choke_points("d").points) == []
    backend.remove_parents("d", "stub")
    assert ids(backend.choke_points("d").points) == ["b", "a"]


def test_a_source_itself_has_none(backend: CatalogBackend) -> None:
    backend.register(artifact("a"))
    answer = backend.choke_points("a")
    assert (answer.points, answer.sources) == ([], 0)
    with pytest.raises(NotFound):
        backend.choke_points("unknown")


def test_a_reference_stands_for_its_artifact(backend: CatalogBackend) -> None:
    backend.register_many([artifact("raw", "lake"), artifact("m3", "raw", name="fraud"), artifact("r", "m3")])
    assert ids(backend.choke_points("fraud:latest").points) == ["raw", "lake"]
