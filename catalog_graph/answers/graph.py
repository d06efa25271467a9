"""A lineage that was read whole, as a graph of positions: 0 is the root, 1 to N the nodes, nearest first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    import rustworkx


class LineageGraph:
    """Who has whom as parents and children within a `Lineage`; edges run from parent to child, as data does."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.size = 1 + len(lineage.columns)

    @cached_property
    def parents(self) -> list[list[int]]:
        """Parents by position."""
        return self._next(self.lineage.edge_children, self.lineage.edge_parents)

    @cached_property
    def children(self) -> list[list[int]]:
        """Children by position."""
        return self._next(self.lineage.edge_parents, self.lineage.edge_children)

    def _next(self, starts: list[int], ends: list[int]) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in range(self.size)]
        for start, end in zip(starts, ends, strict=True):
            found[start].append(end)
        return found

    @cached_property
    def ids(self) -> list[str]:
        """Ids by position."""
        return [self.lineage.root.artifact_id, *self.lineage.columns.artifact_id]

    @cached_property
    def position(self) -> dict[str, int]:
        """Positions by id."""
        return {artifact_id: at for at, artifact_id in enumerate(self.ids)}

    @cached_property
    def sources(self) -> list[int]:
        """What has no parents."""
        return [at for at in range(self.size) if not self.parents[at]]

    def card(self, at: int) -> Card:
        """The card at a position."""
        return self.lineage.root if at == 0 else Card(*(column[at - 1] for column in self.lineage.columns.lists()))

    def cards(self, positions: Iterable[int]) -> list[Card]:
        """The cards at these positions."""
        return [self.card(at) for at in positions]

    def reached_from(self, starts: Iterable[int], following: list[list[int]], avoided: set[int]) -> set[int]:
        """The starts and what is reached from them along `following` (`parents` or `children`)."""
        reached = set(starts) - avoided
        left = list(reached)
        while left:
            new = [n for n in following[left.pop()] if n not in reached and n not in avoided]
            reached.update(new)
            left += new
        return reached

    def directed(self, extra: Iterable[tuple[int, int]] = (), *, within: set[int] | None = None) -> Any:
        """A `rustworkx.PyDiGraph` from parents to children, with `extra` edges, over all nodes or those `within`.

        Nodes keep their positions as indices; those not `within` have no edges.
        """
        import rustworkx

        graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph(multigraph=False)
        graph.add_nodes_from([None] * self.size)
        pairs = zip(self.lineage.edge_parents, self.lineage.edge_children, strict=True)
        edges = [(p, c) for p, c in pairs if within is None or (p in within and c in within)]
        graph.extend_from_edge_list([*edges, *extra])
        return graph


def topological_order(graph: Any) -> list[int] | None:
    """Parents before their children; `None` where there is a cycle, as a file that FlowyML wrote may hold."""
    import rustworkx

    try:
        return list(rustworkx.topological_sort(graph))
    except rustworkx.DAGHasCycle:
        return None
