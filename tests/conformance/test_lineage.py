"""Upstream and downstream: at any depth, each artifact once, at its shortest distance."""

import itertools

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput, NotFound
from catalog_graph.lineage import Card
from tests.support.entries import artifact, chain, depths, ids, instant
from tests.support.kept import kept

DIAMOND = [
    artifact("raw", at=0),
    artifact("left", "raw", at=1),
    artifact("right", "raw", at=2),
    artifact("short", "raw", at=3),
    artifact("join", "left", "right", at=4),
    artifact("model", "join", "short", "raw", at=5),
]


@kept
def diamond(backend: CatalogBackend) -> CatalogBackend:
    backend.register_many(DIAMOND)
    return backend


def test_upstream(diamond: CatalogBackend) -> None:
    answer = diamond.upstream("model")
    assert (answer.root.artifact_id, answer.root.depth, answer.direction) == ("model", 0, "upstream")
    assert ids(answer.nodes) == ["join", "raw", "short", "left", "right"]
    assert depths(answer) == {"join": 1, "raw": 1, "short": 1, "left": 2, "right": 2}
    assert sorted(answer.edges) == sorted((e.artifact_id, p) for e in DIAMOND for p in e.parent_ids)
    assert (answer.total, answer.complete, answer.stopped_by, answer.cursor) == (5, True, None, None)
    assert not answer.changed


def test_downstream(diamond: CatalogBackend) -> None:
    answer = diamond.downstream("raw")
    assert (answer.root.artifact_id, answer.direction) == ("raw", "downstream")
    assert ids(answer.nodes) == ["left", "model", "right", "short", "join"]
    assert depths(answer) == {"left": 1, "model": 1, "right": 1, "short": 1, "join": 2}
    assert sorted(answer.edges) == sorted((e.artifact_id, p) for e in DIAMOND for p in e.parent_ids)
    assert (answer.total, answer.complete) == (5, True)


def test_only_what_is_on_the_way_is_listed(diamond: CatalogBackend) -> None:
    assert ids(diamond.upstream("join").nodes) == ["left", "right", "raw"]
    assert sorted(diamond.upstream("join").edges) == [
        ("join", "left"),
        ("join", "right"),
        ("left", "raw"),
        ("right", "raw"),
    ]
    assert ids(diamond.downstream("left").nodes) == ["join", "model"]
    assert sorted(diamond.downstream("left").edges) == [("join", "left"), ("model", "join")]


def test_ends_of_the_graph(diamond: CatalogBackend) -> None:
    for answer in (diamond.upstream("raw"), diamond.downstream("model")):
        assert (answer.nodes, answer.edges, answer.total, answer.complete) == ([], [], 0, True)


def test_a_card_says_what_an_artifact_is(backend: CatalogBackend) -> None:
    backend.register_many(
        [artifact("p", at=1, name="raw", artifact_type="Table", version="v9"), artifact("c", "p", "s")]
    )
    assert backend.upstream("c").nodes == [
        Card("p", "raw", "Table", "v9", instant(1), 1, "registered"),
        Card("s", "", "", None, "", 1, "unregistered"),
    ]
    backend.delete("p")
    assert backend.upstream("c").nodes[0] == Card("p", "raw", "Table", "v9", instant(1), 1, "deleted")
    assert backend.downstream("p").root == Card("p", "raw", "Table", "v9", instant(1), 0, "deleted")
    assert backend.downstream("s").root == Card("s", "", "", None, "", 0, "unregistered")


def test_the_walk_goes_through_tombstones_and_stubs(backend: CatalogBackend) -> None:
    backend.register_many(chain("a", "b", "c", "d"))
    backend.delete("b")
    backend.delete("c")
    assert [(c.artifact_id, c.state) for c in backend.upstream("d").nodes] == [
        ("c", "deleted"),
        ("b", "deleted"),
        ("a", "registered"),
    ]
    assert ids(backend.downstream("a").nodes) == ["b", "c", "d"]
    assert ids(backend.downstream("b").nodes) == ["c", "d"]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6, 7, 100])
def test_depth_n_is_n_edges_exactly(backend: CatalogBackend, depth: int) -> None:
    backend.register_many(chain(*"abcdefg"))
    reached = min(depth, 6)
    for answer, expected in (
        (backend.upstream("g", depth=depth), "fedcba"),
        (backend.downstream("a", depth=depth), "bcdefg"),
    ):
        assert ids(answer.nodes) == list(expected[:reached])
        assert [c.depth for c in answer.nodes] == list(range(1, reached + 1))
        assert answer.total == reached
        assert answer.stopped_by == ("depth" if depth < 6 else None)
        assert answer.complete is (depth >= 6)
        assert len(answer.edges) == reached
        assert answer.cursor is None


def test_depth_counts_the_shortest_way(diamond: CatalogBackend) -> None:
    answer = diamond.upstream("model", depth=1)
    assert ids(answer.nodes) == ["join", "raw", "short"]
    assert sorted(answer.edges) == [("model", "join"), ("model", "raw"), ("model", "short"), ("short", "raw")]
    assert (answer.total, answer.stopped_by) == (3, "depth")
    assert diamond.upstream("model", depth=2).stopped_by is None
    assert diamond.downstream("raw", depth=1).stopped_by == "depth"
    assert diamond.downstream("raw", depth=2).stopped_by is None


def test_depth_0_is_the_artifact_alone(diamond: CatalogBackend) -> None:
    for where in ("", "type:Dataset"):
        answer = diamond.upstream("model", depth=0, where=where)
        assert (answer.root.artifact_id, answer.nodes, answer.edges, answer.total) == ("model", [], [], 0)
        assert (answer.stopped_by, answer.complete, answer.cursor) == ("depth", False, None)
    assert diamond.upstream("raw", depth=0).complete


def test_equal_depths_are_ordered_by_id_in_code_points(backend: CatalogBackend) -> None:
    names = ["b", "a", "B", "é", "z", "\uffee", "\U0001f600", "aa", "10", "9", "_", " ", "ｆ", "ß", "\ue000"]
    backend.register_many(
        [artifact("hub", *names), *(artifact(f"x{i}", "hub2", at=1) for i in names), artifact("hub2")]
    )
    assert ids(backend.upstream("hub").nodes) == sorted(names)
    assert ids(backend.downstream("hub2").nodes) == sorted(f"x{i}" for i in names)


def test_many_ways_are_walked_once(backend: CatalogBackend) -> None:
    layers = [[f"l{n:02}-{m}" for m in range(4)] for n in range(30)]
    entries = [artifact(i) for i in layers[0]]
    for lower, upper in itertools.pairwise(layers):
        entries += [artifact(i, *lower) for i in upper]
    backend.register_many(entries)
    answer = backend.upstream("l29-0")
    assert (answer.total, len(answer.edges), answer.complete) == (29 * 4, 4 + 28 * 16, True)
    assert ids(answer.nodes)[:5] == ["l28-0", "l28-1", "l28-2", "l28-3", "l27-0"]
    assert backend.downstream("l00-3").total == 29 * 4


@pytest.mark.parametrize("direction", ["upstream", "downstream"])
def test_an_unknown_id(backend: CatalogBackend, direction: str) -> None:
    backend.register(artifact("a"))
    with pytest.raises(NotFound) as caught:
        backend.lineage("unknown", direction)  # type: ignore[arg-type]
    assert caught.value.details["artifact_id"] == "unknown"


def test_questions_that_are_none(diamond: CatalogBackend) -> None:
    with pytest.raises(InvalidInput, match="direction"):
        diamond.lineage("model", "sideways")  # type: ignore[arg-type]
    for wrong in (-1, 1.5, True, "deep"):
        with pytest.raises(InvalidInput, match="depth"):
            diamond.upstream("model", depth=wrong)  # type: ignore[arg-type]
    for wrong in (0, -1, 1.5, True, "deep"):
        with pytest.raises(InvalidInput, match="limit"):
            diamond.downstream("raw", limit=wrong)  # type: ignore[arg-type]
    for artifact_id in ("", "search", "a\0b", "x" * 513):
        with pytest.raises(InvalidInput):
            diamond.upstream(artifact_id)
