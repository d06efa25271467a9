"""The base of answers that choose artifacts from the whole catalog: their cards, and the edges among those."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from catalog_graph.answers.base import DrawnAnswer
from catalog_graph.forms import Section
from catalog_graph.lineage import Card

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing


class ChoiceAnswer(DrawnAnswer):
    """An answer that lists artifacts, each once; its fields are those of the dataclass that it becomes."""

    nodes: list[Card]
    edges: list[list[str]]

    @abstractmethod
    def _title(self) -> str:
        """Return in one line how many artifacts were chosen, and by what."""

    @abstractmethod
    def _notes(self) -> list[str]:
        """Return what is left out."""

    def text(self) -> str:
        """Return a line for each artifact."""
        from catalog_graph.render.impact import described

        lines = [self._title(), *(f"  {described(card)}" for card in self.nodes)]
        return "\n".join([*lines, *(f"  {note}" for note in self._notes())])

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        edges = [(child, parent) for child, parent in self.edges]
        return Drawing(self._title(), self.nodes, edges, notes=[self._title(), *self._notes()])

    def _sections(self) -> list[Section]:
        from catalog_graph.render.notes import cards_section

        return [cards_section(self.nodes, "", self._notes())]
