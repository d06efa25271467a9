"""The extent of a lineage: counts of either side of an artifact, before any of it is drawn."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from catalog_graph.answers.facts import Counts, in_order
from catalog_graph.lineage import Card


@dataclass(frozen=True, slots=True)
class Reach:
    """The registered artifacts on one side of an artifact, at any depth, counted in three ways."""

    total: int
    by_type: dict[str, int]
    by_pipeline: dict[str, int]
    by_depth: dict[int, int]
    gone: dict[str, int]
    """Artifacts that are not registered, by state; no other count has them."""

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Return the counts of a closure, the largest first."""
        return cls(
            counts.size.total,
            in_order(counts.types),
            in_order(counts.pipelines),
            in_order(counts.depths),
            in_order(counts.gone),
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """The two sides of an artifact."""

    root: Card
    upstream: Reach
    downstream: Reach

    def to_dict(self) -> dict[str, Any]:
        """Return the extent as JSON types."""
        return {
            "root": self.root._asdict(),
            "upstream": asdict(self.upstream),
            "downstream": asdict(self.downstream),
        }
