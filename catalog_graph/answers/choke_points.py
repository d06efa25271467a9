"""Choke points: the artifacts that every path from a source passes; in graph theory, the dominators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from catalog_graph.answers.base import DrawnAnswer
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.forms import Section
from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing


@dataclass(frozen=True)
class ChokePoints(DrawnAnswer):
    """Artifacts that every path from any source to `root` passes."""

    root: Card
    points: list[Card]
    """Nearest first; if there is only one source, it is the last."""
    sources: int
    """Number of artifacts without parents in the ancestry of `root`."""

    @property
    def complete(self) -> bool:
        """Always true: all points are listed."""
        return True

    def text(self) -> str:
        """Return the points as lines of text, nearest first."""
        from catalog_graph.render.impact import described

        count = "1 source" if self.sources == 1 else f"{self.sources:,} sources"
        if not self.points:
            return f"No artifact stands between {described(self.root)} and all of its {count}"
        head = f"All that {described(self.root)} came from ({count}) runs through"
        return "\n".join([head, *(f"  {card.depth}  {described(card)}" for card in self.points)])

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        cards = [self.root, *self.points]
        chain = [(child.artifact_id, parent.artifact_id) for child, parent in pairwise(cards)]
        note = "arrows lead from one choke point to the next; the artifacts between them are left out"
        return Drawing(self._headline(), cards, chain, notes=[note] if chain else [self._headline()])

    def _sections(self) -> list[Section]:
        from catalog_graph.render.notes import cards_section

        return [cards_section(self.points)]


@dataclass(frozen=True)
class ChokePointsQuestion(Question[ChokePoints]):
    """The question for the choke points of an artifact."""

    path = "choke-points"
    answer_type = ChokePoints

    def answer(self, reader: LineageReader) -> ChokePoints:
        """Read the whole ancestry, and compute its dominators."""
        return choke_points(reader.upstream(self.artifact_id, limit=None))


def choke_points(upstream: Lineage) -> ChokePoints:
    """Return the choke points of the root of a whole upstream lineage.

    The algorithm is that of Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), in rustworkx; it
    starts at an extra node before all sources. An artifact on a cycle that no source leads to has no choke points.
    """
    import rustworkx

    graph = LineageGraph(upstream)
    sources = [position for position in graph.sources if position != 0]
    directed = graph.directed()
    start = directed.add_node(None)
    directed.extend_from_edge_list([(start, source) for source in sources])
    dominators = rustworkx.immediate_dominators(directed, start)
    points: list[int] = []
    position = dominators.get(0)
    while position is not None and position != start:
        points.append(position)
        position = dominators.get(position)
    return ChokePoints(upstream.root, graph.cards(points), len(sources))
