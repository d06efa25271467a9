"""Parents added and removed after the fact."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused, InvalidInput, LimitExceeded, NotFound
from tests.support.entries import artifact, chain, contents, ids


def test_parents_are_added_behind_those_there(backend: CatalogBackend) -> None:
    backend.register_many([artifact("c", "b", at=1), artifact("a", at=0)])
    answer = backend.add_parents("c", "a", "b", "stub")
    assert answer.parent_ids == ["b", "a", "stub"]
    assert backend.get("c") == answer
    assert [(n.artifact_id, n.state) for n in backend.upstream("c").nodes] == [
        ("a", "registered"),
        ("b", "unregistered"),
        ("stub", "unregistered"),
    ]


def test_parents_are_removed(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.add_parents("c", "x", "y")
    assert backend.remove_parents("c", "b", "never", "y").parent_ids == ["x"]
    assert ids(backend.upstream("c").nodes) == ["x"]
    assert ids(backend.downstream("a").nodes) == ["b"]
    assert backend.get_lineage("b")["children"] == []


def test_nothing_to_add_or_remove(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "p"))
    before = backend.get("c")
    assert backend.add_parents("c") == before
    assert backend.remove_parents("c") == before
    assert backend.remove_parents("c", "x", "\ud800", "a\0b") == before
    assert backend.add_parents("c", "p") == before
    assert backend.get("c") == before
    assert backend.neighbours("x") is None


def test_a_removed_parent_may_come_back(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "p", "q"))
    for _ in range(3):
        assert backend.remove_parents("c", "p").parent_ids == ["q"]
        assert backend.add_parents("c", "p").parent_ids == ["q", "p"]
    assert backend.remove_parents("c", "q").parent_ids == ["p"]
    backend.register(artifact("c", "q", "p"))
    kept = backend.get("c")
    assert kept is not None
    assert kept.parent_ids == ["p", "q"]
    assert sorted(backend.upstream("c").edges) == [("c", "p"), ("c", "q")]


def test_a_corrected_parent_may_turn_the_edge_round(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    backend.remove_parents("b", "a")
    assert backend.add_parents("a", "b").parent_ids == ["b"]
    assert ids(backend.upstream("a").nodes) == ["b"]
    with pytest.raises(CycleRefused):
        backend.add_parents("b", "a")


@pytest.mark.parametrize("artifact_id", ["unknown", "stub", "gone"])
def test_only_what_is_registered_can_be_edited(backend: CatalogBackend, artifact_id: str) -> None:
    backend.register_many([artifact("a", "stub", "gone"), artifact("gone", "p")])
    backend.delete("gone")
    with pytest.raises(NotFound) as caught:
        backend.add_parents(artifact_id, "new")
    assert caught.value.details["artifact_id"] == artifact_id
    with pytest.raises(NotFound):
        backend.remove_parents(artifact_id, "p")
    with pytest.raises(NotFound):
        backend.add_parents(artifact_id)
    assert backend.neighbours("new") is None


@pytest.mark.parametrize("parent_id", ["a", "", "search", "a\0b", "x" * 513, "\ud800", 5, None])
def test_parents_that_cannot_be(backend: CatalogBackend, parent_id: object) -> None:
    backend.register(artifact("a", "p", at=1))
    before = contents(backend)
    with pytest.raises(InvalidInput):
        backend.add_parents("a", "fine", parent_id)  # type: ignore[arg-type]
    assert contents(backend) == before
    assert backend.neighbours("fine") is None


@pytest.mark.long
def test_ten_thousand_parents_are_the_most(backend: CatalogBackend) -> None:
    backend.register(artifact("a", *(f"p{n}" for n in range(9_999))))
    with pytest.raises(LimitExceeded):
        backend.add_parents("a", "x", "y")
    with pytest.raises(LimitExceeded):
        backend.register(artifact("a", "x", "y"))
    assert len(backend.add_parents("a", "x").parent_ids) == 10_000
    assert backend.neighbours("y") is None
