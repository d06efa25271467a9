"""Purging: the data of an artifact leave the catalog for good; its id, and the edges of what is left, stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import AliasHeld, Conflict, NotFound
from tests.support.entries import artifact, chain, ids


def test_a_registered_artifact(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p"), artifact("a", "p", tags={"x": 1}, content_hash="h", metadata={"m": 1})])
    backend.purge("a")
    assert backend.get("a") is None
    assert backend.find_by_content_hash("h") is None
    assert ids(backend.list_artifacts()) == ["p"]
    assert backend.search("x:1") == []
    assert backend.neighbours("a") is None
    assert backend.downstream("p").total == 0
    assert backend.impact("p").total == 0
    with pytest.raises(NotFound):
        backend.upstream("a")
    with pytest.raises(Conflict, match="keeps no record"):
        backend.undelete("a")
    backend.purge("a")


def test_a_deleted_artifact(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p"), artifact("a", "p", tags={"x": 1})])
    backend.delete("a")
    backend.purge("a")
    with pytest.raises(Conflict, match="keeps no record"):
        backend.undelete("a")
    assert backend.downstream("p").total == 0


def test_what_was_never_registered(backend: CatalogBackend) -> None:
    backend.register(artifact("a", "stub"))
    for artifact_id in ("stub", "nobody"):
        with pytest.raises(NotFound):
            backend.purge(artifact_id, force=True)


def test_it_is_refused_while_something_derives_from_it(backend: CatalogBackend) -> None:
    backend.register_many([*chain("a", "b", "c"), artifact("d", "b")])
    with pytest.raises(Conflict, match="'b' cannot be purged while 2 artifacts derive from it") as caught:
        backend.purge("b")
    assert caught.value.details["artifact_id"] == "b"
    assert backend.get("b") is not None
    backend.delete("b")
    with pytest.raises(Conflict, match="2 artifacts derive"):
        backend.purge("b")
    backend.delete("c")
    backend.delete("d")
    backend.purge("b")
    assert backend.neighbours("b") is None


def test_force_leaves_the_id_in_the_lineage(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    backend.purge("b", force=True)
    lineage = backend.upstream("c")
    assert [(card.artifact_id, card.name, card.artifact_type, card.version, card.state) for card in lineage.nodes] == [
        ("b", "", "", None, "deleted"),
        ("a", "a", "Dataset", "1", "registered"),
    ]
    assert sorted(lineage.edges) == [("b", "a"), ("c", "b")]
    assert backend.get("c").parent_ids == ["b"]  # type: ignore[union-attr]
    assert (ids(backend.impact("a").nodes), backend.impact("a").gone.deleted) == (["c"], 1)


def test_registering_it_again_starts_anew(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p"), artifact("a", "p", tags={"x": 1}, uri="s3://a", version="7")])
    backend.purge("a")
    backend.register(artifact("a", "q"))
    entry = backend.get("a")
    assert entry is not None
    assert (entry.parent_ids, entry.tags, entry.uri, entry.version) == (["q"], {}, "", "1")
    assert ids(backend.upstream("a").nodes) == ["q"]
    backend.delete("a")
    assert backend.undelete("a").parent_ids == ["q"]


def test_a_purged_parent(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p"), artifact("a", "p")])
    backend.purge("a")
    backend.register(artifact("c", "a"))
    [card] = backend.upstream("c").nodes
    assert (card.artifact_id, card.name, card.state) == ("a", "", "deleted")


def test_aliases_and_their_moves(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", name="m"), artifact("b", name="m")])
    backend.set_alias("m", "champion", "a")
    backend.set_alias("m", "champion", "b")
    backend.set_alias("m", "challenger", "b")
    backend.set_alias("m", "oldest", "a")
    with pytest.raises(AliasHeld):
        backend.purge("b")
    backend.purge("b", force=True)
    assert [(alias.alias, alias.artifact_id) for alias in backend.aliases()] == [("oldest", "a")]
    assert [(move.alias, move.before, move.after) for move in backend.alias_history("m")] == [
        ("oldest", None, "a"),
        ("champion", None, "a"),
    ]


def test_receipts(backend: CatalogBackend) -> None:
    """A receipt that names it is gone, so the request is carried out again; others stay."""
    backend.register_many([artifact("a", content_hash="h")], idempotency_key="one")

    def register(key: str, artifact_id: str) -> tuple[bool, str | None]:
        [result] = backend.register_many([artifact(artifact_id, content_hash="h")], idempotency_key=key)
        return result.created, result.duplicate_of

    assert [register("two", "b"), register("two", "b")] == [(True, "a"), (True, "a")]
    backend.purge("a")
    assert register("two", "b") == (False, None)
    assert register("one", "a")[0]
    assert backend.get("a") is None


def test_versions_are_numbered_anew_if_no_other_artifact_has_the_name(backend: CatalogBackend) -> None:
    backend.register_many([artifact("a", name="m"), artifact("b", name="m"), artifact("c", name="other")])
    backend.purge("b")
    backend.register(artifact("d", name="m"))
    assert backend.get("d").version == "3"  # type: ignore[union-attr]
    backend.purge("c")
    backend.register(artifact("e", name="other"))
    assert backend.get("e").version == "1"  # type: ignore[union-attr]


def test_nothing_is_known_of_the_time_before(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c"))
    before = datetime.now(UTC)
    backend.purge("b", force=True)
    for card in backend.upstream("c", as_of=before).nodes[:1]:
        assert (card.artifact_id, card.name, card.state) == ("b", "", "unregistered")
    assert [card.state for card in backend.downstream("a", as_of=before).nodes] == ["unregistered", "registered"]


def test_others_are_still_found(backend: CatalogBackend) -> None:
    """The labels of others stay, and so do their texts."""
    backend.register_many([artifact(f"a{n}", name=f"alpha{n}", tags={"team": f"t{n % 3}"}) for n in range(30)])
    backend.purge("a7")
    assert len(backend.search("team:t1")) == 9
    assert len(backend.search("lph")) == 29
    assert ids(backend.search("name:alpha8")) == ["a8"]
    backend.register(artifact("new", name="alpha7", tags={"team": "t1"}))
    assert ids(backend.search("name:alpha7")) == ["new"]
    assert len(backend.search("team:t1")) == 10


def test_a_purged_artifact_that_loses_its_last_child_derives_from_nothing_again(backend: CatalogBackend) -> None:
    """Nothing is kept from which its edges could be restored."""
    backend.register_many([*chain("grandparent", "parent", "child")])
    backend.purge("parent", force=True)
    assert ids(backend.upstream("child").nodes) == ["parent", "grandparent"]
    backend.delete("child")
    backend.register(artifact("another", "parent"))
    assert ids(backend.upstream("another").nodes) == ["parent"]


def test_a_copy_does_not_bring_it_back(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p"), artifact("a", "p", name="secret", tags={"x": 1})])
    backend.set_alias("secret", "champion", "a")
    lines = list(backend.export_records())
    backend.purge("a", force=True)
    result = backend.import_records(lines)
    reason = "'a' was purged here, and a copy does not bring it back"
    assert result.left_out == 3
    assert sorted(result.reasons) == [
        f"a: {reason}",
        "secret@champion: 'a' is not registered",
        f"secret@champion: {reason}",
    ]
    assert backend.get("a") is None
    assert backend.aliases() == backend.alias_history("secret") == []
    assert "secret" not in str([line for line in backend.export_records() if line["kind"] != "version"])
    backend.register(artifact("a", name="new"))
    assert backend.import_records(list(backend.export_records())).left_out == 0
