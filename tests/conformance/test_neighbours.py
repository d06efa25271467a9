"""`get_lineage`: an artifact with its direct parents and children, whatever their state."""

import pytest

from catalog_graph.artifact import FIELDS
from catalog_graph.backends.base import CatalogBackend
from tests.support.entries import artifact, chain, ids


def test_direct_neighbours_alone(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c", "d", "e"))
    answer = backend.get_lineage("c")
    assert answer["artifact"]["artifact_id"] == "c"
    assert (ids(answer["parents"]), ids(answer["children"])) == (["b"], ["d"])


def test_every_entry_is_whole(backend: CatalogBackend) -> None:
    backend.register_many([artifact("p", at=1, tags={"x": [1]}, metadata={"m": 1}, uri="u"), artifact("c", "p", at=2)])
    answer = backend.get_lineage("c")
    parent, child = backend.get_many(["p", "c"])
    assert parent is not None
    assert child is not None
    assert answer == {"artifact": child.to_dict(), "parents": [parent.to_dict()], "children": []}
    assert backend.get_lineage("p") == {"artifact": parent.to_dict(), "parents": [], "children": [child.to_dict()]}
    assert set(answer["artifact"]) == set(FIELDS)


def test_parents_stand_as_given_and_children_by_age(backend: CatalogBackend) -> None:
    backend.register(artifact("m", "z", "a", "k"))
    backend.register_many([artifact("c3", "m", at=3), artifact("c1", "m", at=9), artifact("c2", "m", at=1)])
    backend.register_many([artifact("\U0001f600", "m", at=3), artifact("\uffee", "m", at=3), artifact("z", at=1)])
    answer = backend.get_lineage("m")
    assert ids(answer["parents"]) == ["z", "a", "k"]
    assert ids(answer["children"]) == ["c2", "c3", "\uffee", "\U0001f600", "c1"]


def test_states_are_told(backend: CatalogBackend) -> None:
    backend.register_many(
        [artifact("m", "stub", "gone", "there"), artifact("gone", at=4, version="7", uri="u", tags={"x": 1})]
    )
    backend.register_many([artifact("there"), artifact("lost", "m", at=5), artifact("child", "lost")])
    backend.delete("gone")
    backend.delete("lost")
    answer = backend.get_lineage("m")
    told = [(e["artifact_id"], e["state"]) for e in answer["parents"]]
    assert told == [("stub", "unregistered"), ("gone", "deleted"), ("there", "registered")]
    assert [(e["artifact_id"], e["state"]) for e in answer["children"]] == [("lost", "deleted")]


def test_a_stub_is_its_id_and_nothing_else(backend: CatalogBackend) -> None:
    backend.register(artifact("c", "stub"))
    answer = backend.get_lineage("stub")
    empty = {"name": "", "artifact_type": "", "parent_ids": [], "tags": {}, "metadata": {}, "created_at": ""}
    assert (
        answer["artifact"].items() >= {"artifact_id": "stub", "state": "unregistered", "version": None, **empty}.items()
    )
    assert (answer["parents"], ids(answer["children"])) == ([], ["c"])


def test_a_tombstone_keeps_its_card_and_its_edges(backend: CatalogBackend) -> None:
    backend.register_many([artifact("c", "gone")])
    backend.register(
        artifact(
            "gone", "p", at=4, name="n", artifact_type="T", version="7", content_hash="h", source_run_id="r",
            source_step="s", source_pipeline="q", uri="u", tags={"x": 1}, metadata={"m": 1},
        )
    )  # fmt: skip
    before = backend.get("gone")
    backend.delete("gone")
    answer = backend.get_lineage("gone")
    assert before is not None
    card = {"name": "n", "artifact_type": "T", "version": "7", "created_at": before.created_at, "parent_ids": ["p"]}
    nothing = dict.fromkeys(["content_hash", "source_run_id", "source_step", "source_pipeline", "uri"], "")
    expected = {"artifact_id": "gone", "state": "deleted", **card, **nothing, "tags": {}, "metadata": {}, "aliases": []}
    assert {k: v for k, v in answer["artifact"].items() if k != "recorded_at"} == expected
    assert (ids(answer["parents"]), ids(answer["children"])) == (["p"], ["c"])


@pytest.mark.parametrize("artifact_id", ["unknown", "", "search", "by-hash", "batch", "a\0b", "x" * 600, "\ud800", "."])
def test_an_unknown_id(backend: CatalogBackend, artifact_id: str) -> None:
    backend.register(artifact("a"))
    assert backend.get_lineage(artifact_id) == {"artifact_id": artifact_id, "error": "not found"}
    assert backend.get(artifact_id) is None
    assert backend.get_many(["a", artifact_id])[1] is None
    assert backend.neighbours(artifact_id) is None
