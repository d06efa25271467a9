"""Undeleting: an artifact is registered again as it was, but for its aliases."""

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import Conflict, NotFound
from tests.conformance.test_as_of import moment
from tests.support.entries import artifact, chain, ids, without_clock


@pytest.mark.parametrize("role", ["alone", "leaf", "tombstone", "root"])
def test_as_it_was(backend: CatalogBackend, role: str) -> None:
    kept = artifact(
        "m",
        *(["p2", "p1", "stub"] if role in ("leaf", "tombstone") else []),
        name="a name",
        artifact_type="Model",
        content_hash="h",
        source_step="s",
        source_run_id="r",
        source_pipeline="p",
        tags={"f1": 0.9, "é": [1, None]},
        metadata={"deep": {"x": 1}},
        uri="u",
        version="v7",
        at=5,
    )
    backend.register_many([artifact("p1"), artifact("p2"), kept])
    if role in ("tombstone", "root"):
        backend.register(artifact("child", "m"))
    before = backend.get("m")
    assert before is not None
    lineages = [backend.get_lineage("m"), backend.get_lineage("p1")]
    backend.delete("m")
    assert backend.get("m") is None
    assert backend.undelete("m") == before
    assert backend.get("m") == before
    assert without_clock(before) == without_clock(kept)
    assert [backend.get_lineage("m"), backend.get_lineage("p1")] == lineages
    for query in ("f1:0.9", '"a name"', "hash:h", "run:r", "uri:u", "version:v7"):
        assert ids(backend.search(query)) == ["m"]
    assert backend.find_by_content_hash("h") == before
    assert backend.versions("a name").items


def test_without_its_aliases(backend: CatalogBackend) -> None:
    backend.register(artifact("m", name="model"))
    backend.set_alias("model", "champion", "m")
    backend.delete("m", force=True)
    backend.undelete("m")
    assert backend.aliases() == []
    assert backend.search("alias:champion") == []


def test_what_is_not_deleted_is_refused(backend: CatalogBackend) -> None:
    backend.register(artifact("a", "stub"))
    with pytest.raises(Conflict, match="'a' is registered, not deleted"):
        backend.undelete("a")
    for artifact_id in ("stub", "unknown"):
        with pytest.raises(NotFound) as caught:
            backend.undelete(artifact_id)
        assert caught.value.details["artifact_id"] == artifact_id
    backend.delete("a")
    backend.undelete("a")
    with pytest.raises(Conflict):
        backend.undelete("a")


def test_its_parents_are_as_they_are_now(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("d", "stub", "b")])
    backend.delete("d")
    backend.delete("c")
    backend.delete("b")
    entry = backend.undelete("d")
    assert entry.parent_ids == ["stub", "b"]
    assert sorted((n.artifact_id, n.state) for n in backend.upstream("d").nodes) == [
        ("a", "registered"),
        ("b", "deleted"),
        ("stub", "unregistered"),
    ]


def test_the_versions_go_on(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", name="m"), artifact("b", name="m", at=1)])
    backend.delete("b")
    assert backend.register_many([artifact("c", name="m", at=2)])[0].version == "3"
    assert backend.undelete("b").version == "2"


def test_its_place_among_the_versions_stays(backend: CatalogBackend) -> None:
    backend.register_many([artifact(i, name="m", version=i) for i in ("x", "y", "z")])
    backend.delete("x")
    backend.delete("z")
    backend.undelete("z")
    backend.undelete("x")
    assert [each.artifact.version for each in backend.versions("m").items] == ["z", "y", "x"]
    assert backend.resolve("m") == "z"


def test_only_the_last_life(backend: CatalogBackend) -> None:
    backend.register(artifact("m", "p", tags={"life": 1}))
    backend.delete("m")
    backend.register(artifact("m", tags={"life": 2}))
    backend.delete("m")
    entry = backend.undelete("m")
    assert (entry.tags, entry.parent_ids) == ({"life": 2}, [])
    assert backend.tag("m", {"more": 1}).tags == {"life": 2, "more": 1}


def test_as_of_instants_between(backend: CatalogBackend) -> None:
    """Lives of one artifact: made from `p`, then from `q` under another name, and that one undeleted."""
    start = moment()
    backend.register_many([artifact("p"), artifact("q"), artifact("m", "p", name="one")])
    first = moment()
    backend.delete("m")
    hidden = moment()
    backend.register(artifact("m", "q", name="two"))
    second = moment()
    backend.delete("m")
    backend.register(artifact("child", "m"))
    tombstone = moment()
    backend.undelete("m")
    now = moment()
    for instant, name, state, parents in (
        (first, "one", "registered", ["p"]),
        (second, "two", "registered", ["q"]),
        (tombstone, "two", "deleted", ["q"]),
        (now, "two", "registered", ["q"]),
        (None, "two", "registered", ["q"]),
    ):
        lineage = backend.upstream("m", as_of=instant)
        assert (lineage.root.name, lineage.root.state, ids(lineage.nodes)) == (name, state, parents)
        for parent in ("p", "q"):
            below = backend.downstream(parent, as_of=instant, depth=1)
            assert [(n.artifact_id, n.name, n.state) for n in below.nodes] == (
                [("m", name, state)] if parent in parents else []
            )
    for instant in (start, hidden):
        with pytest.raises(NotFound, match="at that instant"):
            backend.upstream("m", as_of=instant)
    assert backend.downstream("p", as_of=hidden).total == 0
    assert backend.impact("q", as_of=hidden).total == 0


def test_deleted_artifacts_are_read_with_their_record(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b"), artifact("gone"), artifact("child", "stub", "gone")])
    before = backend.get("b")
    assert before is not None
    for artifact_id in ("a", "b"):
        backend.delete(artifact_id)
    backend.purge("gone", force=True)
    asked = ["b", "child", "stub", "a", "gone", "never", "b", ""]
    found = backend.get_many(asked, deleted=True)
    assert [each and (each.artifact_id, each.state) for each in found] == [
        ("b", "deleted"),
        ("child", "registered"),
        None,
        ("a", "deleted"),
        ("gone", "deleted"),
        None,
        ("b", "deleted"),
        None,
    ]
    assert found[0] is not None
    assert without_clock(found[0]) == {**without_clock(before), "state": "deleted"}
    assert found[4] is not None
    assert (found[4].name, found[4].tags) == ("", {})
    assert [each and each.artifact_id for each in backend.get_many(asked)] == [None, "child", *[None] * 6]
