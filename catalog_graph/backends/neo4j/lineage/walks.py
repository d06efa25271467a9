"""Closures and paths of the graph in memory; `traversal` answers the same questions by Cypher."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog_graph.answers.facts import Ancestries, Counts
from catalog_graph.backends.neo4j.lineage.graph import Graph, Marks, Walk
from catalog_graph.backends.neo4j.lineage.neighbours import Nodes
from catalog_graph.backends.neo4j.lineage.traversal import Edges, counts_of, page, position
from catalog_graph.backends.neo4j.store.records import cards
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.lineage import Card, Columns, Lineage, Size, Traversal


@dataclass(frozen=True, slots=True)
class ClosureWalks:
    """Closures by walks over the graph in memory."""

    graph: Graph
    selection: Marks | None = None
    """The artifacts that the query of a traversal selects; `None` without a query."""

    def traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return a page of the closure; raise `NotFound` if the artifact is unknown."""
        after, depth = position(traversal), traversal.depth
        root = _root(self.graph, artifact_id)
        # One hop more than the depth shows whether anything lies deeper.
        walk = self.graph.walk(
            root,
            traversal.direction,
            None if depth is None else depth + 1,
            self.graph.numbers(traversal.without).tolist(),
        )
        deeper = False
        if depth is not None:
            within = walk.depths <= depth
            deeper = not within.all()
            walk = walk.part(within)
        if self.selection is not None:
            walk = walk.part(self.selection[walk.nodes])
        if traversal.lists_registered:
            walk = walk.part(self.graph.is_registered(walk.nodes))
        size = Size(len(walk.nodes), int(walk.depths.sum()))
        before, listed = _page(self.graph, walk, after and after[:2], traversal.limit)
        return page(
            traversal,
            after,
            _columns(self.graph, np.array([root]), np.array([0])).card(0),
            _columns(self.graph, listed.nodes, listed.depths),
            _edges(self.graph, root, before, listed.nodes),
            size,
            start=len(before),
            deeper=deeper,
        )

    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what lies in a direction; raise `NotFound` if the artifact is unknown. Tags are not in the graph."""
        assert not tag_keys
        root = _root(self.graph, artifact_id)
        walk = self.graph.walk(root, traversal.direction, None, self.graph.numbers(traversal.without).tolist())
        registered = walk.depths[self.graph.is_registered(walk.nodes)]
        depths = ((depth, count) for depth, count in enumerate(np.bincount(registered).tolist()) if count)
        return counts_of(list(self.graph.kinds(walk.nodes)), depths, {})

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return two upstream lineages with the nearest `limit` of what is common alone; raise `NotFound`."""
        graph, roots = self.graph, [_root(self.graph, artifact_id) for artifact_id in (left, right)]
        walks = [graph.walk(root, "upstream") for root in roots]
        common = np.ones(len(graph), np.bool_)
        for root, walk in zip(roots, walks, strict=True):
            inside = np.zeros(len(graph), np.bool_)
            inside[walk.nodes] = inside[root] = True
            common &= inside
        _, nearest = _page(graph, walks[0].part(common[walks[0].nodes]), None, limit)
        listed = ~common
        listed[nearest.nodes] = listed[roots] = True
        first, second = (_part(graph, root, walk, listed) for root, walk in zip(roots, walks, strict=True))
        return Ancestries(first, second, int(np.count_nonzero(common & ~listed)))

    def shortest(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target to the source; empty if there is none."""
        start, end = self.graph.number(target), self.graph.number(source)
        if start is None or end is None or start == end:
            return []
        walk = self.graph.walk(start, "upstream")
        [places] = np.nonzero(walk.nodes == end)
        if not len(places):
            return []
        path = [end]
        for depth in range(int(walk.depths[places[0]]) - 1, 0, -1):
            level = set(walk.nodes[slice(*np.searchsorted(walk.depths, (depth, depth + 1)))].tolist())
            path.append(next(child for child in self.graph.neighbours(path[-1], "downstream") if child in level))
        path.append(start)
        return _columns(self.graph, np.array(path[::-1]), np.arange(len(path), dtype=np.int32)).cards()


def _root(graph: Graph, artifact_id: str) -> int:
    """Return the node of an artifact that is registered, or that something derives from."""
    root = graph.number(artifact_id)
    if root is None or not (graph.is_registered(np.array([root]))[0] or graph.neighbours(root, "downstream")):
        raise unknown_artifact(artifact_id)
    return root


def _page(graph: Graph, walk: Walk, after: tuple[int, str] | None, limit: int) -> tuple[Nodes, Walk]:
    """Return the nodes before a page, in no order, and the page; only the levels on which it may lie are sorted."""
    start = 0
    if after is not None:
        depth, artifact_id = after
        first, last = np.searchsorted(walk.depths, (depth, depth + 1)).tolist()
        level = graph.in_order(walk.part(slice(first, last)))
        start = first + bisect_right(level.nodes.tolist(), artifact_id, key=graph.artifact_id)
    end = min(start + limit, len(walk.nodes))
    if start >= end:
        return walk.nodes, Walk(walk.nodes[:0], walk.depths[:0])
    first = int(np.searchsorted(walk.depths, walk.depths[start]))
    last = int(np.searchsorted(walk.depths, walk.depths[end - 1], "right"))
    near = graph.in_order(walk.part(slice(first, last)))
    before = np.append(walk.nodes[:first], near.nodes[: start - first])
    return before, near.part(slice(start - first, end - first))


def _part(graph: Graph, root: int, walk: Walk, listed: Marks) -> Lineage:
    """Return the lineage of a root and those of the nodes of its ancestry that are to be listed."""
    nodes, depths = graph.in_order(walk.part(listed[walk.nodes]))
    edges = _edges(graph, root, nodes[:0], nodes)
    return Lineage(
        root=_columns(graph, np.array([root]), np.array([0])).card(0),
        direction="upstream",
        columns=_columns(graph, nodes, depths),
        edge_children=edges.children,
        edge_parents=edges.parents,
        total=len(nodes),
    )


def _columns(graph: Graph, nodes: Nodes, depths: Nodes) -> Columns:
    return cards(graph.cards(nodes.tolist()), depths.tolist())


def _edges(graph: Graph, root: int, before: Nodes, listed: Nodes) -> Edges:
    """Return the edges with one end on the page, and the other on it, before it or at the root."""
    positions = np.full(len(graph), -1, np.int32)
    positions[root], positions[listed] = 0, np.arange(1, len(listed) + 1)
    if not len(before):
        children, parents = graph.parents(np.append(listed, np.int32(root)))
        inside = positions[parents] >= 0
        return Edges(positions[children[inside]].tolist(), positions[parents[inside]].tolist(), [])
    on_page = np.zeros(len(graph), np.bool_)
    on_page[listed] = True
    passed = np.zeros(len(graph), np.bool_)
    passed[before] = passed[root] = True
    children, parents = graph.parents(np.concatenate((listed, before, [np.int32(root)])))
    inside = (on_page[children] & (on_page[parents] | passed[parents])) | (passed[children] & on_page[parents])
    children, parents = children[inside], parents[inside]
    ends = np.unique(np.append(children, parents))
    earlier = ends[positions[ends] < 0]
    positions[earlier] = np.arange(len(listed) + 1, len(listed) + 1 + len(earlier))
    return Edges(
        positions[children].tolist(), positions[parents].tolist(), list(map(graph.artifact_id, earlier.tolist()))
    )
