"""Paths: against networkx, as the command prints them, on a cycle, in a notebook."""

from __future__ import annotations

import json

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.paths import Paths, decimal, from_decimal
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, known, layered, name, numbers
from tests.client.drawn import card
from tests.support.entries import ids


@given(dags(), st.booleans(), st.integers(1, 6))
def test_paths(graph: nx.DiGraph, registered: bool, limit: int) -> None:
    backend = catalog_of(graph, registered)
    for source in known(backend, graph):
        for target in known(backend, graph):
            every = [] if source == target else list(nx.all_simple_paths(graph, source, target))
            paths = backend.paths(name(source), name(target), limit=limit)
            assert paths.count == len(every)
            listed = [tuple(numbers(path)) for path in paths.paths]
            assert len(set(listed)) == len(listed) == min(limit, len(every))
            assert set(listed) <= set(map(tuple, every))
            assert list(map(len, listed)) == sorted(map(len, every))[:limit]


@pytest.mark.parametrize("seed", range(3))
def test_several_thousand_nodes(seed: int) -> None:
    graph, backend = layered(seed)
    ways = {0: 1}
    for node in range(1, 4000):
        ways[node] = sum(ways[p] for p in graph.predecessors(node))
    paths = backend.paths("n0", "n3999", limit=3)
    assert paths.count == ways[3999] > 10**100
    assert len(paths.paths[0]) == 1 + nx.shortest_path_length(graph, 0, 3999)
    assert Paths.from_dict(paths.to_dict()) == paths


@given(st.integers(0, 10**30))
def test_numbers_of_any_size(number: int) -> None:
    for power in (1, 400):
        big = number**power
        assert from_decimal(decimal(big)) == big
    assert decimal(number) == str(number)


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("paths", "raw", "report").splitlines() == [
        "1 path from =raw|*data* (Dataset, v1) [raw] to re\\u202eport (Report, v1) [report]",
        "  =raw|*data* v1 -> model v1 -> re\\u202eport v1",
    ]
    assert run("paths", "report", "raw").startswith("0 paths from")
    assert json.loads(run("paths", "raw", "report", "--format", "json"))["count"] == "1"


def test_a_cycle_has_no_end_of_paths(cyclic: LocalCatalogBackend) -> None:
    paths = cyclic.paths("source", "end")
    assert (paths.count, paths.cyclic, paths.complete) == (None, True, False)
    assert [ids(path) for path in paths.paths] == [["source", "a", "b", "c", "end"]]
    assert Paths.from_dict(paths.to_dict()) == paths


def test_a_notebook_shows_the_text() -> None:
    a, b = card("a", depth=0), card("b")
    shown, _ = DisplayFormatter().format(Paths(b, a, 1, [[b, a]]))
    assert shown["text/plain"].splitlines()[0] == "1 path from b (Dataset, v1) to a (Dataset, v1)"
