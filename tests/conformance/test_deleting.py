"""Deleting: out of lists and look-ups, marked in lineage; registering again revives."""

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import NotFound
from catalog_graph.instants import now
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


def test_a_removed_edge_keeps_a_tombstone_too(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b"))
    backend.remove_parents("b", "a")
    backend.delete("a")
    found = backend.neighbours("a")
    assert found is not None
    assert (found.artifact.state, found.children) == ("deleted", [])


@pytest.mark.parametrize("role", ["parent", "child"])
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


def test_what_was_gone_for_good_comes_back_as_new(backend: CatalogBackend) -> None:
    backend.register(artifact("a", at=1))
    backend.delete("a")
    backend.register(artifact("b", "a"))
    assert [(n.artifact_id, n.state, n.name) for n in backend.upstream("b").nodes] == [("a", "unregistered", "")]
    assert backend.register_many([artifact("a", at=2)])[0].created
    assert ids(backend.upstream("b").nodes) == ["a"]


def test_deleting_and_registering_in_turn(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "a"))
    for n in range(5):
        assert backend.register_many([artifact("a", f"p{n}", at=n)])[0].version == str(n + 1)
        backend.delete("a")
    assert [(x.artifact_id, x.state) for x in backend.upstream("c", depth=1).nodes] == [("a", "deleted")]
    assert ids(backend.upstream("a").nodes) == ["p0", "p1", "p2", "p3", "p4"]
