"""Answers on random graphs, against networkx or brute force."""

from __future__ import annotations

import random
from collections.abc import Iterator

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph.answers.paths import decimal, from_decimal
from tests.support.entries import artifact, ids
from tests.support.model import ModelBackend


@st.composite
def dags(draw: st.DrawFn) -> nx.DiGraph:
    """Graphs from parents to children: node n has parents among the nodes before it."""
    size = draw(st.integers(2, 9))
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    for child in range(1, size):
        graph.add_edges_from((p, child) for p in draw(st.sets(st.integers(0, child - 1), max_size=3)))
    return graph


def name(node: int) -> str:
    """Ids that sort unlike the nodes do."""
    return f"{(node * 7) % 10}-{node}"


def catalog(graph: nx.DiGraph, registered: bool = True) -> ModelBackend:
    """Return the graph as a catalog; unless `registered`, sources are stubs and every third artifact is deleted."""
    backend = ModelBackend()
    entries = [artifact(name(n), *map(name, sorted(graph.predecessors(n)))) for n in graph]
    backend.register_many([e for e in entries if registered or e.parent_ids])
    for entry in entries[::3] if not registered else []:
        if backend.get(entry.artifact_id):
            backend.delete(entry.artifact_id)
    return backend


def known(backend: ModelBackend, graph: nx.DiGraph) -> list[int]:
    return [n for n in graph if backend.neighbours(name(n))]


def sources(graph: nx.DiGraph) -> set[int]:
    return {n for n in graph if not graph.in_degree(n)}


def numbers(cards: Iterator | list) -> list[int]:
    return [int(i.partition("-")[2]) for i in ids(cards)]


@given(dags(), st.booleans(), st.integers(1, 6))
def test_paths(graph: nx.DiGraph, registered: bool, limit: int) -> None:
    backend = catalog(graph, registered)
    for source in known(backend, graph):
        for target in known(backend, graph):
            every = [] if source == target else list(nx.all_simple_paths(graph, source, target))
            found = backend.paths(name(source), name(target), limit=limit)
            assert found.count == len(every)
            listed = [tuple(numbers(path)) for path in found.paths]
            assert len(set(listed)) == len(listed) == min(limit, len(every))
            assert set(listed) <= set(map(tuple, every))
            assert list(map(len, listed)) == sorted(map(len, every))[:limit]


@given(dags(), st.booleans())
def test_choke_points(graph: nx.DiGraph, registered: bool) -> None:
    backend = catalog(graph, registered)
    for root in known(backend, graph):
        above = graph.subgraph(nx.ancestors(graph, root) | {root})
        starts = sources(above) - {root}
        without = {n: nx.restricted_view(above, [n], []) for n in above if n != root}
        expected = {
            n
            for n, rest in without.items()
            if starts and not any(s in rest and nx.has_path(rest, s, root) for s in starts)
        }
        found = backend.choke_points(name(root))
        assert (set(numbers(found.points)), found.sources) == (expected, len(starts))
        far = nx.single_source_shortest_path_length(above.reverse(), root)
        assert [card.depth for card in found.points] == [far[n] for n in numbers(found.points)]
        for nearer, further in zip(numbers(found.points), numbers(found.points)[1:], strict=False):
            assert nx.has_path(above, further, nearer)


@given(dags(), st.booleans(), st.sets(st.integers(0, 8), min_size=1, max_size=3))
def test_what_if(graph: nx.DiGraph, registered: bool, removed: set[int]) -> None:
    backend = catalog(graph, registered)
    removed &= set(known(backend, graph))
    if not removed:
        return
    rest = nx.restricted_view(graph, list(removed), [])
    fed = set().union(*({s} | nx.descendants(rest, s) for s in sources(graph) if s in rest))
    for root in known(backend, graph):
        above, below = nx.ancestors(graph, root), nx.descendants(graph, root)
        left_above = nx.ancestors(rest, root) if root in rest else set()
        left_below = nx.descendants(rest, root) if root in rest else set()
        found = backend.what_if(name(root), map(name, removed))
        assert set(numbers(found.lost.cards)) == above - left_above - removed
        assert set(numbers(found.cut_off.cards)) == below - left_below - removed
        assert set(numbers(found.sourceless.cards)) == (below | {root}) - fed - removed
        assert (found.sources, found.sources_left) == (len(sources(graph) & above), len(sources(graph) & left_above))
        assert set(numbers(backend.upstream(name(root), without=map(name, removed)).nodes)) == left_above
        assert set(numbers(backend.downstream(name(root), without=map(name, removed)).nodes)) == left_below


@given(dags(), st.booleans(), st.integers(1, 3))
def test_impact(graph: nx.DiGraph, registered: bool, shown: int) -> None:
    backend = catalog(graph, registered)
    for root in known(backend, graph):
        below = nx.descendants(graph, root)
        found = backend.impact(name(root), production="-id:none", paths=shown)
        assert set(numbers(found.nodes)) == below
        far = nx.single_source_shortest_path_length(graph, root)
        assert sorted(d for d, n in found.by_depth.items() for _ in range(n)) == sorted(far[n] for n in below)
        assert found.production.total == len(below)
        assert len(found.production.paths) == min(shown, len(below))
        for path in map(numbers, found.production.paths):
            assert path[0] == root
            assert len(path) - 1 == far[path[-1]]
            assert nx.is_path(graph, path)


@given(dags(), st.booleans(), st.lists(st.sampled_from(["", "x", "y"]), min_size=9, max_size=9))
def test_diff(graph: nx.DiGraph, registered: bool, hashes: list[str]) -> None:
    backend = catalog(graph, registered)
    for n in graph:
        if backend.get(name(n)):
            backend.register(artifact(name(n), content_hash=hashes[n]))
    there = known(backend, graph)
    for left in there:
        for right in there:
            a, b = (nx.ancestors(graph, n) | {n} for n in (left, right))
            found = backend.diff(name(left), name(right))
            pairs = [(*numbers([p.left]), *numbers([p.right])) for p in found.pairs]
            assert set(numbers(found.common.cards)) == a & b
            assert set(numbers(found.only_left.cards)) == a - b - {p for p, _ in pairs}
            assert set(numbers(found.only_right.cards)) == b - a - {p for _, p in pairs}
            content = {n: (backend.get(name(n)) or artifact("")).content_hash for n in a ^ b}
            assert all(
                (content[p] == content[q] != "") == pair.same_content
                for (p, q), pair in zip(pairs, found.pairs, strict=True)
            )
            same = {n for pair, kept in zip(pairs, found.pairs, strict=True) if kept.same_content for n in pair}
            for side, parts in ((a, found.parts_left), (b, found.parts_right)):
                shared = (a & b) | (same & side)
                expected = {n for n in side - shared if set(graph.predecessors(n)) <= shared}
                assert set(numbers(parts.cards)) == expected
            left_over = [content[n] for n in numbers(found.only_left.cards)]
            assert {c for c in left_over if c} & {content[n] for n in numbers(found.only_right.cards)} == set()


@pytest.mark.parametrize("seed", range(3))
def test_several_thousand_nodes(seed: int) -> None:
    """Path counts and choke points of a graph with wide parts, narrow parts and long leaps."""
    chance = random.Random(seed)
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_node(0)
    for child in range(1, 4000):
        reach = 1 if child % 500 == 0 else chance.choice([2, 5, 50])
        graph.add_edges_from((max(0, child - chance.randint(1, reach)), child) for _ in range(3))
    backend = ModelBackend()
    backend.register_many([artifact(f"n{n}", *(f"n{p}" for p in graph.predecessors(n))) for n in graph])
    ways = {0: 1}
    for node in range(1, 4000):
        ways[node] = sum(ways[p] for p in graph.predecessors(node))
    found = backend.paths("n0", "n3999", limit=3)
    assert found.count == ways[3999] > 10**100
    assert len(found.paths[0]) == 1 + nx.shortest_path_length(graph, 0, 3999)
    assert type(found).from_dict(found.to_dict()) == found
    dominators = nx.immediate_dominators(graph, 0)
    expected = []
    at = 3999
    while at != 0:
        at = dominators[at]
        expected.append(f"n{at}")
    assert ids(backend.choke_points("n3999").points) == expected


@given(st.integers(0, 10**30))
def test_numbers_of_any_size(number: int) -> None:
    for power in (1, 400):
        big = number**power
        assert from_decimal(decimal(big)) == big
    assert decimal(number) == str(number)
