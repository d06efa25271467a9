"""A list of artifacts in an answer: the first of them, and the number of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog_graph.answers.base import JSON_KEY, AnswerPart
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.forms import Section
from catalog_graph.lineage import Card


@dataclass(frozen=True)
class Listed(AnswerPart):
    """Artifacts, nearest first (by depth, then id)."""

    derived = ("complete",)

    cards: list[Card] = field(metadata={JSON_KEY: "nodes"})
    total: int
    """Number of all artifacts, listed or not."""

    @property
    def complete(self) -> bool:
        """True if all of them are listed."""
        return len(self.cards) == self.total

    @classmethod
    def of(cls, graph: LineageGraph, positions: Sequence[int], limit: int) -> Listed:
        """Return the first `limit` artifacts at these positions, which are sorted."""
        return cls(graph.cards(positions[:limit]), len(positions))

    def section(self, title: str) -> Section:
        """Return a row for each artifact that is listed, below a title with the number of all."""
        from catalog_graph.render.notes import cards_section

        notes = [] if self.complete else [f"… nearest {len(self.cards):,} shown"]
        return cards_section(self.cards, f"{title}: {self.total:,}", notes)

    def lines(self, title: str) -> list[str]:
        """Return a title with the number of all artifacts, and a line for each that is listed."""
        from catalog_graph.render.impact import described

        lines = [f"{title}: {self.total:,}", *(f"  {described(card)}" for card in self.cards)]
        return lines if self.complete else [*lines, f"  … nearest {len(self.cards):,} shown"]
