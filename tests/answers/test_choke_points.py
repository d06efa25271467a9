"""Choke points: against networkx, as the command prints them, on a cycle, in a notebook."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.choke_points import ChokePoints
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, known, layered, name, numbers, sources
from tests.client.drawn import card
from tests.support.entries import ids


@given(dags(), st.booleans())
def test_choke_points(graph: nx.DiGraph, registered: bool) -> None:
    backend = catalog_of(graph, registered)
    for root in known(backend, graph):
        above = graph.subgraph(nx.ancestors(graph, root) | {root})
        starts = sources(above) - {root}
        without = {n: nx.restricted_view(above, [n], []) for n in above if n != root}
        expected = {
            n
            for n, rest in without.items()
            if starts and not any(s in rest and nx.has_path(rest, s, root) for s in starts)
        }
        answer = backend.choke_points(name(root))
        assert (set(numbers(answer.points)), answer.sources) == (expected, len(starts))
        far = nx.single_source_shortest_path_length(above.reverse(), root)
        assert [card.depth for card in answer.points] == [far[n] for n in numbers(answer.points)]
        for nearer, further in zip(numbers(answer.points), numbers(answer.points)[1:], strict=False):
            assert nx.has_path(above, further, nearer)


@pytest.mark.parametrize("seed", range(3))
def test_several_thousand_nodes(seed: int) -> None:
    graph, backend = layered(seed)
    dominators = nx.immediate_dominators(graph, 0)
    expected = []
    node = 3999
    while node != 0:
        node = dominators[node]
        expected.append(f"n{node}")
    assert ids(backend.choke_points("n3999").points) == expected


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("choke-points", "other").splitlines() == [
        "All that model (Model, v2) [other] came from (1 source) runs through",
        "  1  copy (Dataset, v1)",
    ]
    assert run("choke-points", "model") == "No artifact stands between model (Model, v1) and all of its 2 sources\n"


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    assert ids(cyclic.choke_points("end").points) == ["c", "b", "a", "source"]
    assert cyclic.choke_points("self").points == []


def test_a_notebook_shows_the_text() -> None:
    a, b = card("a", depth=0), card("b")
    shown, _ = DisplayFormatter().format(ChokePoints(a, [b], 1))
    assert shown["text/plain"].splitlines()[0] == "All that a (Dataset, v1) came from (1 source) runs through"


def test_a_picture_is_a_chain() -> None:
    a, b, c = card("a", depth=0), card("b"), card("c", depth=2)
    picture = ChokePoints(a, [b, c], 2).svg()
    assert picture.count("<polygon") == 2
    assert "the artifacts between them are left out" in picture
    assert "No artifact stands between" in ChokePoints(a, [], 2).svg()
