"""Walks: the text of selectors, and what they choose against networkx."""

from __future__ import annotations

import json

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_graph import ArtifactCatalog
from catalog_graph.answers.walk import Walk
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.selectors import EVERY, Selector, read_selection
from tests.answers.commands import run
from tests.answers.graphs import catalog_of, dags, known, name, numbers, present
from tests.support.entries import ids


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", [[Selector("a", False)]]),
        ("+fraud@champion+2", [[Selector("fraud@champion", False, EVERY, 2)]]),
        ("2+a:v3+", [[Selector("a:v3", False, 2, EVERY)]]),
        ("@a,b  c", [[Selector("a", False, around=True), Selector("b", False)], [Selector("c", False)]]),
        ("+'type:Model \"x y\"'+1", [[Selector('type:Model "x y"', True, EVERY, 1)]]),
        ('"a\\"b"', [[Selector('a"b', True)]]),
        ("c++,d+e", [[Selector("c+", False, 0, EVERY), Selector("d+e", False)]]),
        ("0+7", [[Selector("7", False)]]),
        ("  ", []),
    ],
)
def test_selectors_are_read(text: str, parts: list[list[Selector]]) -> None:
    assert read_selection(text) == parts


@pytest.mark.parametrize(
    ("text", "column"), [("+", 2), ("a,", 3), ("a, b", 3), (",a", 1), ("'a", 1), ("'a'b", 4), ("@a+", 3), ("@+a", 2)]
)
def test_a_selector_that_cannot_be_read_names_its_column(text: str, column: int) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read_selection(text)
    assert caught.value.details["column"] == column


@st.composite
def selectors(draw: st.DrawFn) -> tuple[str, int, str, str]:
    """Return the parts of a selector: what is before it, a node, and what is behind it; or `@`."""
    edges = st.sampled_from(["", "0", "1", "2"])
    if draw(st.booleans()):
        return ("@", draw(st.integers(0, 8)), "", "")
    before = draw(st.sampled_from(["", *(f"{n}+" for n in ("", "1", "2"))]))
    behind = draw(st.one_of(st.just(""), edges.map("+{}".format)))
    return (before, draw(st.integers(0, 8)), behind, "")


parts = st.lists(st.lists(st.tuples(selectors(), st.booleans()), min_size=1, max_size=2), max_size=2)


@given(dags(), st.booleans(), parts, parts)
def test_walk(graph: nx.DiGraph, registered: bool, select: list, exclude: list) -> None:
    backend = catalog_of(graph, registered)
    graph = present(backend, graph)
    nodes = known(backend, graph)

    def text(chosen: list) -> str:
        return " ".join(",".join(written(*each) for each in part) for part in chosen)

    def written(selector: tuple[str, int, str, str], as_query: bool) -> str:
        before, node, behind, _ = selector
        node = nodes[node % len(nodes)]
        return f"{before}{chr(34) + 'id:' + name(node) + chr(34) if as_query else name(node)}{behind}"

    def chosen(selector: tuple[str, int, str, str], as_query: bool) -> set[int]:
        before, node, behind, _ = selector
        node = nodes[node % len(nodes)]
        if as_query and not backend.get(name(node)):
            return set()
        if before == "@":
            below = nx.descendants(graph, node) | {node}
            return below.union(*(nx.ancestors(graph, n) for n in below))
        return within(graph.reverse(), node, before, before[:-1]) | within(graph, node, behind, behind[1:])

    def within(flowing: nx.DiGraph, node: int, sign: str, edges: str) -> set[int]:
        reach = 0 if not sign else int(edges) if edges else 99
        return set(nx.single_source_shortest_path_length(flowing, node, cutoff=reach))

    def union(parts: list) -> set[int]:
        return set().union(*(set.intersection(*(chosen(*each) for each in part)) for part in parts))

    if not select or not nodes:
        return
    answer = backend.walk(text(select), exclude=text(exclude), exact=True)
    expected = union(select) - union(exclude)
    assert set(numbers(answer.nodes)) == expected
    assert {(name(child), name(parent)) for parent, child in graph.subgraph(expected).edges} == {
        (child, parent) for child, parent in answer.edges
    }
    assert (answer.total, answer.complete) == (len(expected), True)
    assert Walk.from_dict(answer.to_dict()) == answer


def test_text(catalog: ArtifactCatalog) -> None:
    assert run("walk", "--select", "model:v1+ @raw", "--exclude", "'type:Model'").splitlines() == [
        "4 artifacts: model:v1+ @raw, without 'type:Model'",
        "  stub (unregistered)",
        "  =raw|*data* (Dataset, v1) [raw]",
        "  copy (Dataset, v1)",
        "  re\\u202eport (Report, v1) [report]",
    ]
    answer = json.loads(run("walk", "--select", "+report", "--limit", "1", "--format", "json"))
    assert (answer["total"], answer["complete"], len(answer["nodes"])) == (5, False, 1)
    assert ids(catalog.walk("copy+1").nodes) == ["copy", "report", "other"]
    assert "… the first 1 shown" in run("walk", "--select", "copy+", "--limit", "1")


def test_pictures(catalog: ArtifactCatalog) -> None:
    assert catalog.walk("+report").svg().count("<polygon") == 4
    assert "0 artifacts" in catalog.walk('"type:Nothing"').html()
