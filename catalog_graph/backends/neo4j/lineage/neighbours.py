"""The edges of the graph in memory, in one direction."""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt

Nodes = npt.NDArray[np.int32]
"""Numbers of nodes: an artifact keeps its number as long as the graph is kept."""


class Neighbours:
    """The neighbours of each node in one direction: arrays, and lists for the nodes that have changed since."""

    def __init__(self, size: int, sources: Nodes, ends: Nodes) -> None:
        """Build the arrays of the edges from `sources` to `ends`, for so many nodes."""
        self._starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(sources, minlength=size), out=self._starts[1:])
        self._ends = ends[np.argsort(sources, kind="stable")].astype(np.int32)
        self._has_changed = np.zeros(size, np.bool_)
        self.changed: dict[int, list[int]] = {}

    def grow(self, size: int) -> None:
        """Add nodes without neighbours, up to a number of nodes."""
        old = len(self._has_changed)
        if size > old:
            self._has_changed = np.append(self._has_changed, np.ones(size - old, np.bool_))

    def of(self, node: int) -> list[int]:
        """Return the neighbours of a node."""
        if self._has_changed[node]:
            return self.changed.get(node, [])
        ends: list[int] = self._ends[self._starts[node] : self._starts[node + 1]].tolist()
        return ends

    def change(self, node: int) -> list[int]:
        """Return the neighbours of a node as a list that may be changed."""
        if node not in self.changed:
            self.changed[node] = list(self.of(node))
            self._has_changed[node] = True
        return self.changed[node]

    def edges(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        """Return the edges from these nodes, as their sources and their ends."""
        changed = self._has_changed[nodes]
        if not changed.any():
            return self._edges(nodes)
        sources, ends = self._edges(nodes[~changed])
        lists = {node: self.changed.get(node, []) for node in nodes[changed].tolist()}
        more = np.repeat(np.fromiter(lists, np.int32, len(lists)), list(map(len, lists.values())))
        return np.append(sources, more), np.append(ends, np.fromiter(chain(*lists.values()), np.int32, len(more)))

    def _edges(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        starts = self._starts[nodes]
        counts = self._starts[nodes + 1] - starts
        firsts = np.cumsum(counts) - counts
        places = np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))
        return np.repeat(nodes, counts), self._ends[places]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return int(self._starts.nbytes + self._ends.nbytes + self._has_changed.nbytes)
