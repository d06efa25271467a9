"""The whole graph in memory, in rustworkx: a lower bound of the time of a cone."""

from __future__ import annotations

from dataclasses import dataclass

import rustworkx

from benchmarks.answers import ConeForm, canonical
from benchmarks.history import History


@dataclass
class MemoryCone:
    """A cone as ids and depths by position (the root has no depth), and edges as positions, child first."""

    ids: dict[int, str]
    depths: dict[int, float]
    edges: list[tuple[int, int]]


class MemoryGraph:
    """The history as a `PyDiGraph`, edges from child to parent."""

    def __init__(self, history: History) -> None:
        self._ids = [history.id_of(position) for position in range(history.size)]
        self._at = {artifact_id: position for position, artifact_id in enumerate(self._ids)}
        self._graph: rustworkx.PyDiGraph[int, None] = rustworkx.PyDiGraph(check_cycle=False)
        self._graph.add_nodes_from(range(history.size))
        self._graph.add_edges_from_no_data(list(history.edges()))

    def cone(self, artifact_id: str) -> MemoryCone:
        """Compute the distances from one node, and the edges of the subgraph."""
        root = self._at[artifact_id]
        distances = rustworkx.dijkstra_shortest_path_lengths(self._graph, root, lambda _: 1.0)
        subgraph, mapping = self._graph.subgraph_with_nodemap([root, *distances.keys()])
        ids = {position: self._ids[old] for position, old in mapping.items()}
        depths = {position: distances[old] for position, old in mapping.items() if old != root}
        return MemoryCone(ids, depths, list(subgraph.edge_list()))


@canonical.register
def _(answer: MemoryCone) -> ConeForm:
    ids = answer.ids
    depths = {ids[position]: int(depth) for position, depth in answer.depths.items()}
    return ConeForm(depths, {(ids[child], ids[parent]) for child, parent in answer.edges}, len(depths))
