"""A whole lineage as a graph of positions: 0 is the root, 1 to N are the nodes, nearest first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    import rustworkx


class LineageGraph:
    """The parents and children of each node of a `Lineage`; edges run from parent to child, as data does."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.size = 1 + len(lineage.columns)

    @cached_property
    def parents(self) -> list[list[int]]:
        """Parents by position."""
        return self._neighbours(self.lineage.edge_children, self.lineage.edge_parents)

    @cached_property
    def children(self) -> list[list[int]]:
        """Children by position."""
        return self._neighbours(self.lineage.edge_parents, self.lineage.edge_children)

    def _neighbours(self, starts: list[int], ends: list[int]) -> list[list[int]]:
        neighbours: list[list[int]] = [[] for _ in range(self.size)]
        for start, end in zip(starts, ends, strict=True):
            neighbours[start].append(end)
        return neighbours

    @cached_property
    def ids(self) -> list[str]:
        """Ids by position."""
        return [self.lineage.root.artifact_id, *self.lineage.columns.artifact_id]

    @cached_property
    def position(self) -> dict[str, int]:
        """Positions by id."""
        return {artifact_id: position for position, artifact_id in enumerate(self.ids)}

    @cached_property
    def sources(self) -> list[int]:
        """Positions of the nodes without parents."""
        return [position for position in range(self.size) if not self.parents[position]]

    def card(self, position: int) -> Card:
        """Return the card at a position."""
        if position == 0:
            return self.lineage.root
        return self.lineage.columns.card(position - 1)

    def cards(self, positions: Iterable[int]) -> list[Card]:
        """Return the cards at these positions."""
        return [self.card(position) for position in positions]

    def positions_outside(self, positions: set[int]) -> list[int]:
        """Return the positions of all nodes but these and the root."""
        return [position for position in range(1, self.size) if position not in positions]

    def reached_from(self, starts: Iterable[int], neighbours: list[list[int]], missing: set[int]) -> set[int]:
        """Return the starts and all nodes reached from them along `neighbours` (`parents` or `children`)."""
        reached = set(starts) - missing
        pending = list(reached)
        while pending:
            new = [node for node in neighbours[pending.pop()] if node not in reached and node not in missing]
            reached.update(new)
            pending += new
        return reached

    def directed(self, extra: Iterable[tuple[int, int]] = (), *, within: set[int] | None = None) -> Any:
        """Return a `rustworkx.PyDiGraph` from parents to children, with `extra` edges.

        Positions are its node indices. With `within`, only edges between these nodes are in it.
        """
        import rustworkx

        graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph(multigraph=False)
        graph.add_nodes_from([None] * self.size)
        pairs = zip(self.lineage.edge_parents, self.lineage.edge_children, strict=True)
        edges = [(p, c) for p, c in pairs if within is None or (p in within and c in within)]
        graph.extend_from_edge_list([*edges, *extra])
        return graph


def topological_order(graph: Any) -> list[int] | None:
    """Return the nodes, parents before their children; `None` if there is a cycle, as in some files of FlowyML."""
    import rustworkx

    try:
        return list(rustworkx.topological_sort(graph))
    except rustworkx.DAGHasCycle:
        return None


def edges_among(cards: Iterable[Card], graphs: Iterable[LineageGraph]) -> list[list[str]]:
    """Return the edges of some whole lineages whose ends are both among the cards, each once, in order."""
    ids = {card.artifact_id for card in cards}
    edges: set[tuple[str, str]] = set()
    for graph in graphs:
        chosen = bytearray(graph.size)
        for artifact_id in ids & graph.position.keys():
            chosen[graph.position[artifact_id]] = True
        pairs = zip(graph.lineage.edge_children, graph.lineage.edge_parents, strict=True)
        edges.update(
            (graph.ids[child], graph.ids[parent]) for child, parent in pairs if chosen[child] and chosen[parent]
        )
    return sorted(map(list, edges))
