"""An artifact cannot derive from itself, however long the way round."""

import itertools

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused, InvalidInput
from tests.support.entries import artifact, chain, contents


def refused_path(caught: pytest.ExceptionInfo[CycleRefused]) -> list[str]:
    path: list[str] = caught.value.details["path"]
    assert path[0] == path[-1]
    assert len(set(path)) == len(path) - 1
    return path


def test_its_own_parent(backend: CatalogBackend) -> None:
    with pytest.raises(InvalidInput, match="'a' cannot be its own parent"):
        backend.register(artifact("a", "b", "a"))
    backend.register(artifact("a"))
    with pytest.raises(InvalidInput, match="'a' cannot be its own parent"):
        backend.add_parents("a", "a")
    assert backend.upstream("a").total == 0
    assert backend.neighbours("b") is None


def test_two_that_derive_from_each_other(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    before = contents(backend)
    with pytest.raises(CycleRefused) as caught:
        backend.add_parents("a", "b")
    assert refused_path(caught) == ["a", "b", "a"]
    with pytest.raises(CycleRefused) as caught:
        backend.register(artifact("a", "b", tags={"x": 1}))
    assert refused_path(caught) == ["a", "b", "a"]
    assert contents(backend) == before


def test_a_long_way_round(backend: CatalogBackend) -> None:
    names = [f"n{n}" for n in range(40)]
    backend.register_many(chain(*names))
    before = contents(backend)
    with pytest.raises(CycleRefused, match="'n0' would derive from itself") as caught:
        backend.add_parents("n0", "fine", "n39")
    assert refused_path(caught) == ["n0", *reversed(names)]
    assert contents(backend) == before
    assert backend.neighbours("fine") is None


def test_through_a_stub_that_is_registered_later(backend: CatalogBackend) -> None:
    backend.register(artifact("b", "stub"))
    backend.register(artifact("c", "b"))
    with pytest.raises(CycleRefused) as caught:
        backend.register(artifact("stub", "c"))
    assert refused_path(caught) == ["stub", "c", "b", "stub"]
    assert backend.get("stub") is None
    assert backend.register_many([artifact("stub", "a")])[0].created


def test_through_a_tombstone(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.delete("b")
    with pytest.raises(CycleRefused) as caught:
        backend.add_parents("a", "c")
    assert refused_path(caught) == ["a", "c", "b", "a"]
    backend.delete("a")
    with pytest.raises(CycleRefused):
        backend.register(artifact("a", "c"))
    assert backend.get("a") is None


def test_within_a_batch(backend: CatalogBackend) -> None:
    with pytest.raises(CycleRefused) as caught:
        backend.register_many([artifact("x"), artifact("a", "c"), artifact("b", "a"), artifact("c", "b")])
    path = refused_path(caught)
    assert set(itertools.pairwise(path)) == {("a", "c"), ("c", "b"), ("b", "a")}
    assert contents(backend) == []


def test_half_in_a_batch_half_in_the_catalog(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    before = contents(backend)
    with pytest.raises(CycleRefused) as caught:
        backend.register_many([artifact("new", "b"), artifact("a", "new")])
    path = refused_path(caught)
    assert set(itertools.pairwise(path)) == {("b", "a"), ("new", "b"), ("a", "new")}
    assert contents(backend) == before
    assert backend.neighbours("new") is None


def test_the_same_id_twice_in_a_batch(backend: CatalogBackend) -> None:
    with pytest.raises(CycleRefused):
        backend.register_many([artifact("a", "b"), artifact("b", "x"), artifact("b", "a")])
    assert contents(backend) == []


def test_a_removed_edge_closes_no_cycle(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.remove_parents("b", "a")
    backend.add_parents("a", "c")
    assert [n.artifact_id for n in backend.upstream("a").nodes] == ["c", "b"]


def test_diamonds_are_no_cycles(backend: CatalogBackend) -> None:
    backend.register_many([artifact("d", "b", "c", "a"), artifact("b", "a"), artifact("c", "a")])
    backend.add_parents("c", "b")
    assert backend.upstream("d").total == 3
    assert len(backend.upstream("d").edges) == 6
