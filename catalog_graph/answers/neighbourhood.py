"""A neighbourhood: what lies within some edges of an artifact, whichever way they point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog_graph.answers.base import DrawnAnswer
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.answers.spread import Spread
from catalog_graph.forms import Section
from catalog_graph.lineage import Card, Traversal

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing


@dataclass(frozen=True)
class Neighbourhood(DrawnAnswer):
    """Everything that at most `hops` edges, each in either direction, connect to `root`."""

    root: Card
    hops: int
    nodes: list[Card]
    """Nearest first (by depth, then id); the depth of a card is the least number of edges."""
    total: int
    """Number of all of them, listed or not."""
    edges: list[list[str]]
    """Edges among `root` and the artifacts that are listed, as pairs of ids, child first."""

    @property
    def complete(self) -> bool:
        """True if everything within `hops` edges is listed."""
        return len(self.nodes) == self.total

    def text(self) -> str:
        """Return a line for each artifact, nearest first."""
        from catalog_graph.render.impact import described

        lines = [self._title(), *(f"  {card.depth}  {described(card)}" for card in self.nodes)]
        return "\n".join([*lines, *(f"  {note}" for note in self._notes())])

    def _title(self) -> str:
        from catalog_graph.render.impact import described

        artifacts = "1 artifact" if self.total == 1 else f"{self.total:,} artifacts"
        edges = "1 edge" if self.hops == 1 else f"{self.hops:,} edges"
        return f"{artifacts} within {edges} of {described(self.root)}"

    def _notes(self) -> list[str]:
        return [] if self.complete else [f"… nearest {len(self.nodes):,} shown"]

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        edges = [(child, parent) for child, parent in self.edges]
        return Drawing(self._title(), [self.root, *self.nodes], edges, notes=[self._title(), *self._notes()])

    def _sections(self) -> list[Section]:
        from catalog_graph.render.notes import cards_section

        return [cards_section(self.nodes, "", self._notes())]


@dataclass(frozen=True)
class NeighbourhoodQuestion(Question[Neighbourhood]):
    """The question for the neighbourhood of an artifact."""

    path = "neighbourhood"
    answer_type = Neighbourhood
    hops: int
    limit: int

    def answer(self, reader: LineageReader) -> Neighbourhood:
        """Read the parents and the children of each level, as many levels as there are hops."""
        root = reader.traverse(self.artifact_id, Traversal("upstream", depth=0), 1).root
        spread = Spread(reader)
        reached = spread.levels({root.artifact_id: root}, ["upstream", "downstream"], self.hops)
        cards = sorted(reached.values(), key=lambda card: (card.depth, card.artifact_id))[1:]
        listed = cards[: self.limit]
        return Neighbourhood(root, self.hops, listed, len(cards), spread.edges([root, *listed]))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"hops": self.hops, "limit": self.limit}
