"""Closures: all artifacts upstream or downstream of one, level by level, by node."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from catalog_graph.backends.local.lineage.graph import nodes_of
from catalog_graph.backends.local.lineage.memory import Edges, LineageMemory, next_edges
from catalog_graph.backends.local.lineage.where import WhereFilter
from catalog_graph.lineage import Size, Traversal


@dataclass(slots=True)
class Closure:
    """A closure: `levels[d]` has the nodes at depth `d`; `levels[0]` is the root alone."""

    levels: list[list[int]]
    edges: list[Edges] = field(default_factory=list)
    """For each level, the edges that leave its nodes, even to nodes outside the closure."""
    deeper: bool = False
    """True if there are nodes beyond the maximum depth."""

    @property
    def total(self) -> int:
        """Number of nodes without the root."""
        return sum(map(len, self.levels)) - 1

    @property
    def mark(self) -> str:
        """Digest of the size, by which a later page notices that the closure has changed."""
        return Size(self.total, sum(depth * len(level) for depth, level in enumerate(self.levels))).mark


def closure_of(
    connection: sqlite3.Connection, root: int, traversal: Traversal, memory: LineageMemory | None = None
) -> Closure:
    """Return everything within the depth of the traversal, each node at its least depth."""
    closure = Closure([[root]])
    excluded = {node for node, _ in nodes_of(connection, traversal.without).values()}
    visited = {root} | excluded
    depth = traversal.depth
    ends: set[int] = set()
    while True:
        starts = [] if root in excluded else closure.levels[-1]
        if memory is not None and traversal.as_of is None:
            edges = memory.edges(starts, traversal.direction)
        else:
            edges = next_edges(connection, starts, traversal.direction, traversal.as_of)
        closure.edges.append(edges)
        new = set(edges[1]) - visited
        if ends:
            new = {end for start, end in zip(*edges, strict=True) if start not in ends} - visited
        if not new:
            return closure
        if depth is not None and len(closure.levels) > depth:
            closure.deeper = True
            return closure
        visited |= new
        closure.levels.append(list(new))
        if traversal.ends is not None:
            ends.update(*WhereFilter(connection, [list(new)]).levels(traversal.ends))
