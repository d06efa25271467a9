"""Deleting: out of lists and look-ups, marked in lineage if something derives from it, else out of every answer."""

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CycleRefused, NotFound
from catalog_graph.instants import now
from tests.support.answers import questions_about_one
from tests.support.entries import artifact, chain, contents, ids, instant


def test_a_deleted_artifact_is_gone_from_everything_but_lineage(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("z", at=9, content_hash="h")])
    backend.register(artifact("b", content_hash="h", tags={"x": 1}))
    backend.delete("b")
    assert backend.get("b") is None
    assert ids(backend.list_artifacts()) == ["z", "c", "a"]
    assert backend.search("b") == []
    assert backend.search("x:1") == []
    assert backend.list_artifacts(tags={"x": 1}) == []
    found = backend.find_by_content_hash("h")
    assert found is not None
    assert found.artifact_id == "z"
    assert [(n.artifact_id, n.state) for n in backend.upstream("c").nodes] == [("b", "deleted"), ("a", "registered")]


def test_a_second_time_is_not_found(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    for artifact_id in ("a", "b"):
        backend.delete(artifact_id)
        with pytest.raises(NotFound) as caught:
            backend.delete(artifact_id)
        assert caught.value.details["artifact_id"] == artifact_id


def test_only_what_is_registered_can_be_deleted(backend: CatalogBackend) -> None:
    backend.register(artifact("a", "stub"))
    for artifact_id in ("stub", "unknown"):
        with pytest.raises(NotFound):
            backend.delete(artifact_id)
    assert ids(backend.upstream("a").nodes) == ["stub"]


def test_without_edges_nothing_is_left(backend: CatalogBackend) -> None:
    backend.register(artifact("a", tags={"x": 1}))
    backend.delete("a")
    assert backend.neighbours("a") is None
    with pytest.raises(NotFound):
        backend.upstream("a")
    assert backend.get_lineage("a") == {"artifact_id": "a", "error": "not found"}
    assert contents(backend) == []


def is_gone(backend: CatalogBackend, artifact_id: str) -> bool:
    """Return True if no present answer knows the artifact."""
    for question in ("upstream", "downstream", *questions_about_one()):
        with pytest.raises(NotFound):
            getattr(backend, question)(artifact_id)
    return backend.neighbours(artifact_id) is None and backend.get(artifact_id) is None


def test_without_a_child_it_is_hidden_from_its_parents_too(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.delete("c")
    assert is_gone(backend, "c")
    assert ids(backend.downstream("a").nodes) == ["b"]
    assert backend.impact("a").total == 1
    assert ids(backend.get_lineage("b")["children"]) == []


def test_a_removed_edge_keeps_no_tombstone(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    backend.remove_parents("b", "a")
    backend.delete("a")
    assert is_gone(backend, "a")


@pytest.mark.parametrize("last", ["deleted", "removed"])
def test_tombstones_and_stubs_go_with_their_last_child(backend: CatalogBackend, last: str) -> None:
    backend.register_many([artifact("a", "stub"), artifact("b", "a"), artifact("c", "b"), artifact("d", "a")])
    backend.delete("a")
    backend.delete("b")
    assert [(n.artifact_id, n.state) for n in backend.upstream("c").nodes] == [
        ("b", "deleted"),
        ("a", "deleted"),
        ("stub", "unregistered"),
    ]
    backend.delete("d")
    assert ids(backend.downstream("stub").nodes) == ["a", "b", "c"]
    if last == "deleted":
        backend.delete("c")
    else:
        backend.remove_parents("c", "b")
        assert backend.upstream("c").total == 0
    assert is_gone(backend, "a")
    assert is_gone(backend, "b")
    assert is_gone(backend, "stub")


def test_a_stub_without_a_child_is_gone(backend: CatalogBackend) -> None:
    backend.register(artifact("a", "stub"))
    backend.remove_parents("a", "stub")
    assert is_gone(backend, "stub")
    backend.register(artifact("b", "stub"))
    assert [(n.artifact_id, n.state) for n in backend.upstream("b").nodes] == [("stub", "unregistered")]


def test_registering_a_hidden_one_starts_anew(backend: CatalogBackend) -> None:
    backend.register_many([artifact("wrong", at=0), artifact("right", at=1)])
    backend.register(artifact("m", "wrong", tags={"t": 1}, metadata={"m": 1}, content_hash="h", at=2))
    backend.delete("m")
    [answer] = backend.register_many([artifact("m", "right", at=3)])
    assert answer.created
    kept = backend.get("m")
    assert kept is not None
    assert (kept.parent_ids, kept.tags, kept.metadata, kept.content_hash) == (["right"], {}, {}, "")
    assert ids(backend.upstream("m").nodes) == ["right"]
    assert backend.downstream("wrong").total == 0


def test_a_child_of_a_hidden_one_derives_from_its_parents(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    for artifact_id in ("c", "b"):
        backend.delete(artifact_id)
    assert is_gone(backend, "b")
    backend.register(artifact("d", "c", at=9))
    assert [(n.artifact_id, n.state) for n in backend.upstream("d").nodes] == [
        ("c", "deleted"),
        ("b", "deleted"),
        ("a", "registered"),
    ]
    assert ids(backend.downstream("a").nodes) == ["b", "c", "d"]
    backend.delete("d")
    backend.register(artifact("e"))
    backend.add_parents("e", "b")
    assert ids(backend.upstream("e").nodes) == ["b", "a"]
    assert is_gone(backend, "c")


def test_the_last_life_alone_comes_back(backend: CatalogBackend) -> None:
    backend.register(artifact("m", "first"))
    backend.delete("m")
    backend.register(artifact("m", "second"))
    backend.delete("m")
    backend.register(artifact("child", "m"))
    assert ids(backend.upstream("child").nodes) == ["m", "second"]


def test_edges_that_come_back_close_no_cycle(backend: CatalogBackend) -> None:
    backend.register(artifact("x", "d"))
    backend.delete("x")
    with pytest.raises(CycleRefused) as caught:
        backend.register_many([artifact("c", "x"), artifact("d", "c")])
    assert len(caught.value.details["path"]) == 4
    assert contents(backend) == []
    backend.register_many(chain("c", "d"))
    with pytest.raises(CycleRefused):
        backend.add_parents("c", "x")
    assert is_gone(backend, "x")


@pytest.mark.parametrize("role", ["parent", "x"])
def test_revived_with_its_edges_and_without_the_rest(backend: CatalogBackend, role: str) -> None:
    backend.register_many(chain("parent", "x", "child"))
    backend.register(
        artifact(role, content_hash="h", tags={"t": 1}, metadata={"m": 1}, uri="u", source_run_id="r", at=9)
    )
    edges = backend.get_lineage(role)
    backend.delete(role)
    answer = backend.register_many([artifact(role, "new", name="again", artifact_type="T", at=20, tags={"u": 2})])
    assert (answer[0].created, answer[0].version) == (True, "1")
    kept = backend.get(role)
    assert kept is not None
    assert (kept.name, kept.artifact_type, kept.created_at) == ("again", "T", instant(20))
    assert (kept.content_hash, kept.metadata, kept.uri, kept.source_run_id) == ("", {}, "", "")
    assert kept.tags == {"u": 2}
    assert kept.parent_ids == [*ids(edges["parents"]), "new"]
    assert ids(backend.get_lineage(role)["children"]) == ids(edges["children"])
    assert backend.search("t:1") == []
    assert ids(backend.search("u:2")) == [role]


def test_revived_without_an_instant_it_is_new(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    backend.delete("a")
    before = now()
    backend.register(CatalogEntry(artifact_id="a", name="a", artifact_type="T"))
    kept = backend.get("a")
    assert kept is not None
    assert before <= kept.created_at <= now()
    assert kept.state == "registered"


def test_a_tombstone_may_become_a_parent(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    backend.delete("a")
    backend.register(artifact("c", "a"))
    assert [(n.artifact_id, n.state) for n in backend.upstream("c").nodes] == [("a", "deleted")]
    assert sorted(ids(backend.downstream("a").nodes)) == ["b", "c"]


def test_a_hidden_one_is_a_tombstone_for_a_new_child(backend: CatalogBackend) -> None:
    backend.register(artifact("a", at=1))
    backend.delete("a")
    backend.register(artifact("b", "a"))
    assert [(n.artifact_id, n.state, n.name) for n in backend.upstream("b").nodes] == [("a", "deleted", "a")]
    assert backend.register_many([artifact("a", at=2)])[0].created
    assert ids(backend.upstream("b").nodes) == ["a"]


def test_deleting_and_registering_in_turn(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "a"))
    for n in range(5):
        assert backend.register_many([artifact("a", f"p{n}", at=n)])[0].version == str(n + 1)
        backend.delete("a")
    assert [(x.artifact_id, x.state) for x in backend.upstream("c", depth=1).nodes] == [("a", "deleted")]
    assert ids(backend.upstream("a").nodes) == ["p0", "p1", "p2", "p3", "p4"]
