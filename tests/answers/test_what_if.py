"""What-if: against networkx, as the command prints it, on a cycle, in a notebook."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.what_if import WhatIf
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, name, numbers, present, sources
from tests.client.drawn import card
from tests.support.entries import ids


@given(dags(), st.booleans(), st.sets(st.integers(0, 8), min_size=1, max_size=3))
def test_what_if(graph: nx.DiGraph, registered: bool, removed: set[int]) -> None:
    backend = catalog_of(graph, registered)
    graph = present(backend, graph)
    removed &= set(graph)
    if not removed:
        return
    rest = nx.restricted_view(graph, list(removed), [])
    fed = set().union(*({s} | nx.descendants(rest, s) for s in sources(graph) if s in rest))
    for root in graph:
        above, below = nx.ancestors(graph, root), nx.descendants(graph, root)
        left_above = nx.ancestors(rest, root) if root in rest else set()
        left_below = nx.descendants(rest, root) if root in rest else set()
        answer = backend.what_if(name(root), map(name, removed))
        assert set(numbers(answer.lost.cards)) == above - left_above - removed
        assert set(numbers(answer.cut_off.cards)) == below - left_below - removed
        assert set(numbers(answer.sourceless.cards)) == (below | {root}) - fed - removed
        assert (answer.sources, answer.sources_left) == (len(sources(graph) & above), len(sources(graph) & left_above))
        assert set(numbers(backend.upstream(name(root), without=map(name, removed)).nodes)) == left_above
        assert set(numbers(backend.downstream(name(root), without=map(name, removed)).nodes)) == left_below


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("what-if", "model", "--without", "stub", "--without", "raw").splitlines() == [
        "If stub (unregistered), =raw|*data* (Dataset, v1) [raw] went away:",
        "0 of 2 sources of model (Model, v1) would be left",
        "lost upstream: 0",
        "cut off downstream: 0",
        "left without any source: 1",
        "  model (Model, v1)",
    ]


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    assert ids(cyclic.what_if("end", ["source"]).sourceless.cards) == ["end"]
    assert ids(cyclic.what_if("a", ["a"]).sourceless.cards) == ["b", "c", "end"]


def test_a_notebook_shows_the_text() -> None:
    a, b, none = card("a", depth=0), card("b"), Listed([], 0)
    shown, _ = DisplayFormatter().format(WhatIf(a, [b], none, 1, 0, none, none))
    assert shown["text/plain"].splitlines()[0] == "If b (Dataset, v1) went away:"
