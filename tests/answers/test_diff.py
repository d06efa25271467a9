"""Differences: against networkx, as the command prints them, on a cycle, in a notebook."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.difference import Difference
from catalog_graph.answers.excerpt import Listed
from catalog_graph.backends.local import LocalCatalogBackend
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, known, name, numbers
from tests.client.drawn import card
from tests.support.entries import artifact, ids


@given(dags(), st.booleans(), st.lists(st.sampled_from(["", "x", "y"]), min_size=9, max_size=9))
def test_diff(graph: nx.DiGraph, registered: bool, hashes: list[str]) -> None:
    backend = catalog_of(graph, registered)
    for n in graph:
        if backend.get(name(n)):
            backend.register(artifact(name(n), content_hash=hashes[n]))
    there = known(backend, graph)
    for left in there:
        for right in there:
            a, b = (nx.ancestors(graph, n) | {n} for n in (left, right))
            difference = backend.diff(name(left), name(right))
            pairs = [(*numbers([p.left]), *numbers([p.right])) for p in difference.pairs]
            assert set(numbers(difference.common.cards)) == a & b
            assert set(numbers(difference.only_left.cards)) == a - b - {p for p, _ in pairs}
            assert set(numbers(difference.only_right.cards)) == b - a - {p for _, p in pairs}
            content = {n: (backend.get(name(n)) or artifact("")).content_hash for n in a ^ b}
            assert all(
                (content[p] == content[q] != "") == pair.same_content
                for (p, q), pair in zip(pairs, difference.pairs, strict=True)
            )
            same = {n for pair, kept in zip(pairs, difference.pairs, strict=True) if kept.same_content for n in pair}
            for side, parts in ((a, difference.parts_left), (b, difference.parts_right)):
                shared = (a & b) | (same & side)
                expected = {n for n in side - shared if set(graph.predecessors(n)) <= shared}
                assert set(numbers(parts.cards)) == expected
            left_over = [content[n] for n in numbers(difference.only_left.cards)]
            assert {c for c in left_over if c} & {content[n] for n in numbers(difference.only_right.cards)} == set()


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("diff", "model", "other").splitlines() == [
        "left:  model (Model, v1)",
        "right: model (Model, v2) [other]",
        "common: 0",
        "the same thing twice: 2",
        "  model (Model, v1) / model (Model, v2) [other]: same name",
        "    'stage': 'production' / 'dev'",
        "  =raw|*data* (Dataset, v1) [raw] / copy (Dataset, v1): same content",
        "only left: 1",
        "  stub (unregistered)",
        "only right: 0",
        "they part at, left: 1",
        "  stub (unregistered)",
        "they part at, right: 1",
        "  model (Model, v2) [other]",
    ]


def test_on_a_cycle(cyclic: LocalCatalogBackend) -> None:
    difference = cyclic.diff("end", "b")
    assert ids(difference.common.cards) == ["c", "b", "a", "source"]
    assert ids(difference.only_left.cards) == ["end"]


def test_a_notebook_shows_the_text() -> None:
    a, b, none = card("a", depth=0), card("b"), Listed([], 0)
    shown, _ = DisplayFormatter().format(Difference(a, b, none, [], 0, none, none, none, none))
    assert shown["text/plain"].splitlines()[0] == "left:  a (Dataset, v1)"
