"""Random graphs as catalogs, for comparing answers with networkx or brute force."""

from __future__ import annotations

import random
from collections.abc import Iterator

import networkx as nx
from hypothesis import strategies as st

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


def catalog_of(graph: nx.DiGraph, registered: bool = True) -> ModelBackend:
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


def present(backend: ModelBackend, graph: nx.DiGraph) -> nx.DiGraph:
    """Return the part of the graph that present answers hold: a deleted artifact without children is in none."""
    return graph.subgraph(known(backend, graph))


def sources(graph: nx.DiGraph) -> set[int]:
    return {n for n in graph if not graph.in_degree(n)}


def numbers(cards: Iterator | list) -> list[int]:
    return [int(i.partition("-")[2]) for i in ids(cards)]


def layered(seed: int) -> tuple[nx.DiGraph, ModelBackend]:
    """4,000 artifacts, n0 to n3999, with wide parts, narrow parts and long leaps."""
    chance = random.Random(seed)
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_node(0)
    for child in range(1, 4000):
        reach = 1 if child % 500 == 0 else chance.choice([2, 5, 50])
        graph.add_edges_from((max(0, child - chance.randint(1, reach)), child) for _ in range(3))
    backend = ModelBackend()
    backend.register_many([artifact(f"n{n}", *(f"n{p}" for p in graph.predecessors(n))) for n in graph])
    return graph, backend
