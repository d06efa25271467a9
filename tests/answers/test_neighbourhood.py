"""Neighbourhoods: against networkx, as the command prints them, as a picture."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.neighbourhood import Neighbourhood
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, name, numbers, present
from tests.support.entries import ids


@given(dags(), st.booleans(), st.integers(0, 4), st.integers(1, 9))
def test_neighbourhood(graph: nx.DiGraph, registered: bool, hops: int, limit: int) -> None:
    backend = catalog_of(graph, registered)
    graph = present(backend, graph)
    for root in graph:
        far = nx.single_source_shortest_path_length(graph.to_undirected(), root, cutoff=hops)
        expected = sorted((n for n in far if n != root), key=lambda n: (far[n], name(n)))
        answer = backend.neighbourhood(name(root), hops=hops, limit=limit)
        assert numbers(answer.nodes) == expected[:limit]
        assert [card.depth for card in answer.nodes] == [far[n] for n in expected[:limit]]
        assert (answer.total, answer.complete) == (len(expected), len(expected) <= limit)
        assert {(name(child), name(parent)) for parent, child in graph.subgraph([root, *expected[:limit]]).edges} == {
            (child, parent) for child, parent in answer.edges
        }
        assert Neighbourhood.from_dict(answer.to_dict()) == answer


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("neighbourhood", "copy", "--limit", "2").splitlines() == [
        "3 artifacts within 2 edges of copy (Dataset, v1)",
        "  1  model (Model, v2) [other]",
        "  1  re\\u202eport (Report, v1) [report]",
        "  … nearest 2 shown",
    ]
    assert run("neighbourhood", "copy", "--hops", "0") == "0 artifacts within 0 edges of copy (Dataset, v1)\n"
    assert catalog.neighbourhood("copy").svg().count("<polygon") == 3


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    assert ids(cyclic.neighbourhood("b", hops=1).nodes) == ["a", "c"]
    assert cyclic.neighbourhood("b", hops=2).total == 4
