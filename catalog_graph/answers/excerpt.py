"""A list of artifacts in an answer: the first of them, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.graph import LineageGraph
from catalog_graph.lineage import Card


@dataclass(frozen=True, slots=True)
class Listed:
    """Artifacts, nearest first (by depth, then id)."""

    cards: list[Card]
    total: int
    """How many there are, however many are listed."""

    @property
    def complete(self) -> bool:
        """Whether all of them are listed."""
        return len(self.cards) == self.total

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "nodes": [card._asdict() for card in self.cards],
            "total": self.total,
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Listed:
        """The inverse of `to_dict`."""
        return cls([Card(**card) for card in data["nodes"]], data["total"])

    @classmethod
    def of(cls, graph: LineageGraph, positions: Sequence[int], limit: int) -> Listed:
        """The first `limit` of what lies at these positions, which are sorted."""
        return cls(graph.cards(positions[:limit]), len(positions))
