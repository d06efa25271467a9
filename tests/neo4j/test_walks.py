"""The graph in memory against networkx, while it changes."""

from __future__ import annotations

import networkx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.answers.difference import Comparison, Difference
from catalog_graph.answers.facts import Ancestries, Details
from catalog_graph.backends.neo4j.lineage.graph import Artifact, Graph
from catalog_graph.backends.neo4j.lineage.walks import ClosureWalks
from catalog_graph.lineage import Direction, Traversal

SEPARATOR = "\x1f"
IDS = [*"abcdefgh", "same-beginning-1", "same-beginning-2", "same-beginning-10", "é", "\U0001f600", "ﬀ"]


def _artifact(artifact_id: str, kind: str = f"Model{SEPARATOR}train", name: str | None = None) -> Artifact:
    state = "registered" if SEPARATOR in kind else kind
    fields = (
        artifact_id,
        f"name of {artifact_id}" if name is None else name,
        "Model",
        "1",
        "2026-01-01T00:00:00+00:00",
        state,
    )
    return Artifact(artifact_id, SEPARATOR.join(fields), kind)


KINDS = st.sampled_from([f"Model{SEPARATOR}train", f"Dataset{SEPARATOR}", "deleted", "unregistered"])
CHANGE = st.tuples(st.sampled_from(IDS), KINDS, st.lists(st.sampled_from(IDS), unique=True, max_size=4))


def _acyclic(artifact_id: str, parents: list[str]) -> list[str]:
    return [each for each in parents if IDS.index(each) < IDS.index(artifact_id)]


def _built(changes: list[tuple[str, str, list[str]]]) -> tuple[Graph, networkx.DiGraph]:
    """Return a graph of all ids with the edges of the first changes in its arrays, and the others applied."""
    expected = networkx.DiGraph()
    expected.add_nodes_from(IDS, kind=f"Model{SEPARATOR}train")
    graph = Graph()
    graph.append([_artifact(each) for each in IDS])
    half = len(changes) // 2
    for artifact_id, _, parents in changes[:half]:
        expected.add_edges_from((artifact_id, each) for each in _acyclic(artifact_id, parents))
    numbers = [(IDS.index(child), IDS.index(parent)) for child, parent in expected.edges]
    children, parents_of = np.array(numbers, np.int32).reshape(-1, 2).T
    graph.connect(children, parents_of)
    for artifact_id, kind, parents in changes[half:]:
        own = _acyclic(artifact_id, parents)
        graph.replace([_artifact(artifact_id, kind)], [own], [])
        expected.nodes[artifact_id]["kind"] = kind
        expected.remove_edges_from(list(expected.out_edges(artifact_id)))
        expected.add_edges_from((artifact_id, each) for each in own)
    return graph, expected


def _depths(expected: networkx.DiGraph, root: str, direction: Direction, without: set[str] = frozenset()) -> dict:
    directed = expected if direction == "upstream" else expected.reverse()
    if root in without:
        return {}
    kept = directed.subgraph(set(directed) - without)
    return {i: d for i, d in networkx.single_source_shortest_path_length(kept, root).items() if d}


@given(
    st.lists(CHANGE, max_size=30),
    st.sampled_from(IDS),
    st.sampled_from(["upstream", "downstream"]),
    st.none() | st.integers(1, 4),
    st.integers(1, 6),
    st.booleans(),
    st.sets(st.sampled_from(IDS), max_size=2),
    st.none() | st.lists(st.sampled_from([*IDS, "unknown"]), unique=True),
)
def test_pages_are_those_of_networkx(
    changes: list,
    root: str,
    direction: Direction,
    depth: int | None,
    limit: int,
    registered: bool,
    without: set[str],
    chosen: list | None,
) -> None:
    graph, expected = _built(changes)
    kinds = dict(expected.nodes(data="kind"))
    if SEPARATOR not in kinds[root] and not expected.in_degree(root):
        return
    all_depths = _depths(expected, root, direction, without)
    depths = {
        i: d
        for i, d in all_depths.items()
        if (depth is None or d <= depth)
        and (not registered or SEPARATOR in kinds[i])
        and (chosen is None or i in chosen)
    }
    order = sorted(depths, key=lambda each: (depths[each], each))
    selection = None if chosen is None else graph.select(("query",), chosen, None, graph.revision)
    reader, seen, edges, cursor = ClosureWalks(graph, selection), [], set(), None
    while True:
        traversal = Traversal(direction, depth, limit, cursor, registered=registered, without=tuple(without))
        lineage = reader.traverse(root, traversal)
        assert lineage.total == len(order)
        assert not lineage.changed
        assert [card.depth for card in lineage.nodes] == [depths[card.artifact_id] for card in lineage.nodes]
        seen += lineage.columns.artifact_id
        assert not edges & set(lineage.edges)
        edges |= set(lineage.edges)
        cursor = lineage.cursor
        if cursor is None:
            break
    assert seen == order
    inside = {root, *order}
    assert edges == {(c, p) for c, p in expected.edges if c in inside and p in inside}
    assert (lineage.stopped_by == "depth") == (depth is not None and any(d > depth for d in all_depths.values()))


@given(st.lists(CHANGE, max_size=30), st.sampled_from(IDS), st.sampled_from(["upstream", "downstream"]))
def test_counts_are_those_of_networkx(changes: list, root: str, direction: Direction) -> None:
    graph, expected = _built(changes)
    kinds = dict(expected.nodes(data="kind"))
    if SEPARATOR not in kinds[root] and not expected.in_degree(root):
        return
    depths = _depths(expected, root, direction)
    counts = ClosureWalks(graph).count(root, Traversal(direction), [])
    registered = [each for each in depths if SEPARATOR in kinds[each]]
    assert counts.depths.total() == counts.types.total() == counts.pipelines.total() == len(registered)
    assert counts.size.depth_sum == sum(depths[each] for each in registered)
    assert counts.types["Dataset"] == sum(kinds[each] == f"Dataset{SEPARATOR}" for each in registered)
    assert counts.gone.total() == len(depths) - len(registered)


@given(st.lists(CHANGE, max_size=30), st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_shortest_path_is_one_and_as_short(changes: list, source: str, target: str) -> None:
    graph, expected = _built(changes)
    path = [card.artifact_id for card in ClosureWalks(graph).shortest(source, target)]
    if source == target or not networkx.has_path(expected, target, source):
        assert path == []
        return
    assert path[0] == target
    assert path[-1] == source
    assert networkx.is_path(expected, path)
    assert len(path) == networkx.shortest_path_length(expected, target, source) + 1


def _difference(ancestries: Ancestries, hashes: dict[str, str], limit: int) -> Difference:
    comparison = Comparison(ancestries, lambda ids: {each: Details(0, hashes[each]) for each in ids if each in hashes})
    return comparison.difference([None] * len(comparison.compared_ids()), limit)


@given(
    st.lists(CHANGE, max_size=40),
    st.sampled_from(IDS),
    st.sampled_from(IDS),
    st.fixed_dictionaries({each: st.sampled_from(["", "a", "b"]) for each in IDS}),
    st.dictionaries(st.sampled_from(IDS), st.sampled_from(["", "x", "y"])),
    st.integers(1, 8),
    st.booleans(),
)
def test_a_difference_is_that_of_whole_lineages(
    changes: list,
    left: str,
    right: str,
    names: dict[str, str],
    hashes: dict[str, str],
    limit: int,
    cycle: bool,
) -> None:
    graph, expected = _built(changes)
    kinds = dict(expected.nodes(data="kind"))
    if any(SEPARATOR not in kinds[each] and not expected.in_degree(each) for each in (left, right)):
        return
    named = [_artifact(each, kinds[each], names[each]) for each in IDS]
    # The files of FlowyML may have cycles.
    own = [[*expected.successors(each), *([right] if cycle and each == IDS[0] else [])] for each in IDS]
    graph.replace(named, own, [])
    reader = ClosureWalks(graph)
    whole = Ancestries(*(reader.traverse(each, Traversal("upstream", limit=100)) for each in (left, right)))
    part = reader.ancestries(left, right, limit)
    common = {left, *whole.left.columns.artifact_id} & {right, *whole.right.columns.artifact_id}
    # All that is common and listed: the nearest, and either root.
    assert part.omitted >= len(common) - limit - 2
    assert _difference(part, hashes, limit) == _difference(whole, hashes, limit)


def test_a_root_that_is_common_is_so_whatever_the_limit() -> None:
    graph = Graph()
    graph.replace([_artifact(each) for each in "abcd"], [[], ["a"], ["b"], ["a", "c"]], [])
    for left, right, common in (("d", "c", ["a"]), ("c", "d", ["c"]), ("d", "d", ["d"])):
        difference = _difference(ClosureWalks(graph).ancestries(left, right, 1), {}, 1)
        assert [card.artifact_id for card in difference.common.cards] == common
        only = {*difference.only_left.cards, *difference.only_right.cards}
        assert {card.artifact_id for card in only} == {left, right} - {"c"} - set(common)


@given(st.integers(0, 300), st.integers(0, 10**9))
def test_many_changes_move_into_the_arrays(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    expected, graph = networkx.DiGraph(), Graph()
    for step in range(size * 8):
        artifact_id = f"artifact {step % (size + 1):06}"
        number = step % (size + 1)
        parents = [f"artifact {each:06}" for each in {*random.integers(0, number, 2).tolist()}] if number else []
        if step > size:
            parents = parents[:1]
        graph.replace([_artifact(artifact_id)], [parents], [])
        expected.add_node(artifact_id)
        expected.remove_edges_from(list(expected.out_edges(artifact_id)))
        expected.add_edges_from((artifact_id, each) for each in parents)
    for artifact_id in list(expected)[-3:]:
        lineage = ClosureWalks(graph).traverse(artifact_id, Traversal("upstream", limit=10_000))
        assert set(lineage.columns.artifact_id) == networkx.descendants(expected, artifact_id)


def test_what_is_gone_leaves_with_all_its_edges() -> None:
    graph = Graph()
    graph.replace([_artifact(each) for each in "abc"], [[], ["a"], ["b", "a"]], [])
    graph.replace([_artifact("d")], [["c", "was never there"]], {"b", "unknown"})
    reader = ClosureWalks(graph)
    assert reader.traverse("d", Traversal("upstream")).columns.artifact_id == ["c", "a"]
    assert reader.traverse("a", Traversal("downstream")).edges == [("c", "a"), ("d", "c")]
    graph.replace([_artifact("b")], [["a"]], [])
    assert reader.traverse("a", Traversal("downstream")).columns.artifact_id == ["b", "c", "d"]
