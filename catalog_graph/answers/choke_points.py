"""The artifacts that everything an artifact came from has to pass: its dominators, seen from the sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.graph import LineageGraph
from catalog_graph.lineage import Card, Lineage


@dataclass(frozen=True, slots=True)
class ChokePoints:
    """Every path from any source to `root` runs through each of `points`."""

    root: Card
    points: list[Card]
    """Nearest first; where there is one source alone, it is the last."""
    sources: int
    """How many artifacts without parents `root` came from."""

    @property
    def complete(self) -> bool:
        """Always: there are no more points than those listed."""
        return True

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the lines that the command writes."""
        from catalog_graph.render.answers import choke_points_text

        return {"text/plain": choke_points_text(self)}

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "root": self.root._asdict(),
            "points": [card._asdict() for card in self.points],
            "sources": self.sources,
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ChokePoints:
        """The inverse of `to_dict`."""
        return cls(Card(**data["root"]), [Card(**card) for card in data["points"]], data["sources"])


def choke_points(upstream: Lineage) -> ChokePoints:
    """The choke points of the root of `upstream`, a whole lineage of it.

    Dominators by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), as rustworkx has them, from
    a node put before all sources. What lies on a cycle that no source leads to has no choke points.
    """
    import rustworkx

    graph = LineageGraph(upstream)
    sources = [at for at in graph.sources if at != 0]
    directed = graph.directed()
    before_all = directed.add_node(None)
    directed.extend_from_edge_list([(before_all, source) for source in sources])
    dominators = rustworkx.immediate_dominators(directed, before_all)
    points: list[int] = []
    at = dominators.get(0)
    while at is not None and at != before_all:
        points.append(at)
        at = dominators.get(at)
    return ChokePoints(upstream.root, graph.cards(points), len(sources))
