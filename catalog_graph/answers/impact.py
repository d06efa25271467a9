"""What a change of an artifact reaches: counted, listed, and what of it is in production."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.excerpt import Listed
from catalog_graph.answers.facts import Counts, in_order
from catalog_graph.answers.graph import LineageGraph
from catalog_graph.answers.paths import shortest
from catalog_graph.lineage import Card, Lineage


@dataclass(frozen=True, slots=True)
class Production:
    """What is reached and matches `query`, with the reason."""

    query: str
    """Where it is empty, nothing was looked for."""
    total: int
    """How many there are, however many are listed."""
    paths: list[list[Card]]
    """For each of the nearest, one shortest path from the artifact that changes (first) to it (last)."""

    @property
    def complete(self) -> bool:
        """Whether each of them has its path here."""
        return len(self.paths) == self.total

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "query": self.query,
            "total": self.total,
            "paths": [[card._asdict() for card in path] for path in self.paths],
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Production:
        """The inverse of `to_dict`."""
        return cls(data["query"], data["total"], [[Card(**card) for card in path] for path in data["paths"]])


@dataclass(frozen=True, slots=True)
class Copies:
    """Other artifacts with the same content, and what comes from them and not from the artifact itself."""

    copies: Listed
    """The newest first."""
    reached: Listed
    """Depths count from the nearest copy."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"copies": self.copies.to_dict(), "reached": self.reached.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Copies:
        """The inverse of `to_dict`."""
        return cls(Listed.from_dict(data["copies"]), Listed.from_dict(data["reached"]))


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything downstream of an artifact. The counts and totals are of all of it, however much is listed."""

    lineage: Lineage
    """What is listed, nearest first; its `cursor` goes on as a cursor of `downstream` with the same `where`."""
    by_type: dict[str, int]
    by_pipeline: dict[str, int]
    by_depth: dict[int, int]
    by_tag: dict[str, dict[str, int]]
    """By tag key and value, for the keys that were asked for; artifacts without the tag are not counted."""
    production: Production
    copies: Copies | None = None
    """`None` where it was not asked for."""

    @property
    def root(self) -> Card:
        """The artifact that changes."""
        return self.lineage.root

    @property
    def nodes(self) -> list[Card]:
        """The cards that are listed."""
        return self.lineage.nodes

    @property
    def total(self) -> int:
        """How many artifacts are reached."""
        return self.lineage.total

    @property
    def complete(self) -> bool:
        """Whether all of it is listed, each artifact in production with its path."""
        copies = self.copies is None or (self.copies.copies.complete and self.copies.reached.complete)
        return self.lineage.complete and self.production.complete and copies

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the summary, formatted or as plain text."""
        from catalog_graph.render.impact import as_markdown, as_text

        return {"text/plain": as_text(self), "text/markdown": as_markdown(self)}

    def to_dict(self, *, compact: bool = False) -> dict[str, Any]:
        """As JSON types; `compact` is that of `Lineage.to_dict`."""
        return {
            "lineage": self.lineage.to_dict(compact=compact),
            "by_type": self.by_type,
            "by_pipeline": self.by_pipeline,
            "by_depth": {str(depth): artifacts for depth, artifacts in self.by_depth.items()},
            "by_tag": self.by_tag,
            "production": self.production.to_dict(),
            "copies": None if self.copies is None else self.copies.to_dict(),
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Impact:
        """The inverse of `to_dict`."""
        return cls(
            lineage=Lineage.from_dict(data["lineage"]),
            by_type=data["by_type"],
            by_pipeline=data["by_pipeline"],
            by_depth={int(depth): artifacts for depth, artifacts in data["by_depth"].items()},
            by_tag=data["by_tag"],
            production=Production.from_dict(data["production"]),
            copies=None if data["copies"] is None else Copies.from_dict(data["copies"]),
        )


def impact(listed: Lineage, counts: Counts, production: Production, copies: Copies | None) -> Impact:
    """The answer out of its parts."""
    return Impact(
        lineage=listed,
        by_type=in_order(counts.types),
        by_pipeline=in_order(counts.pipelines),
        by_depth=in_order(counts.depths),
        by_tag={key: in_order(values) for key, values in counts.tags.items()},
        production=production,
        copies=copies,
    )


def explains(listed: Lineage, affected: Lineage) -> bool:
    """Whether `listed`, which leaves out nothing nearer than what it has, has each node of `affected`."""
    return set(affected.columns.artifact_id) <= set(listed.columns.artifact_id)


def reasons(whole: Lineage, affected: Lineage) -> list[list[Card]]:
    """For each node of `affected`, one shortest path from the root to it; `whole` reaches as far as the furthest.

    What is gone since the other was read has none.
    """
    graph = LineageGraph(whole)
    ends = (graph.position[i] for i in affected.columns.artifact_id if i in graph.position)
    return [graph.cards(reversed(shortest(graph, end))) for end in ends]


def copies(own: Lineage, of_copies: Sequence[Lineage], total: int, limit: int) -> Copies:
    """What the copies, `total` in all, add to the artifact's own whole downstream lineage."""
    known = {own.root.artifact_id, *own.columns.artifact_id, *(found.root.artifact_id for found in of_copies)}
    nearest: dict[str, Card] = {}
    for card in (card for found in of_copies for card in found.nodes if card.artifact_id not in known):
        other = nearest.get(card.artifact_id)
        if other is None or card.depth < other.depth:
            nearest[card.artifact_id] = card
    reached = sorted(nearest.values(), key=lambda card: (card.depth, card.artifact_id))
    return Copies(Listed([found.root for found in of_copies], total), Listed(reached[:limit], len(reached)))
