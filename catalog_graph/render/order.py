"""The order of artifacts in a picture: by type, name and instant, so that pictures of two runs look alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from catalog_graph.cards import Card
from catalog_graph.render.notes import label

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage


class Drawn(NamedTuple):
    """An artifact in a picture."""

    artifact_id: str
    card: Card | None
    """`None` for an artifact of an earlier page, of which only the id is known."""


class Picture:
    """A lineage in the order of pictures: the root, then nearest first, and siblings by type, name and instant.

    The lineage itself is ordered by depth and id, and ids are often random.
    """

    def __init__(self, lineage: Lineage) -> None:
        cards = [lineage.root, *lineage.nodes]
        order = [0, *sorted(range(1, len(cards)), key=lambda n: (cards[n].depth, *sibling(cards[n])))]
        order += range(len(cards), len(cards) + len(lineage.earlier))
        drawn = [*(Drawn(card.artifact_id, card) for card in cards), *(Drawn(i, None) for i in lineage.earlier)]
        self.rank = sorted(range(len(order)), key=order.__getitem__)
        """Place in the picture of each position in the lineage."""
        self.artifacts = [drawn[position] for position in order]
        self.direction = lineage.direction
        self._rule = lineage.rule
        self._edges = zip(lineage.edge_parents, lineage.edge_children, strict=True)

    def edges(self) -> Iterator[tuple[int, int]]:
        """Return pairs of places in the picture, parent first; edges of the nearest artifacts come first."""
        edges = [(self.rank[parent], self.rank[child]) for parent, child in self._edges]
        return iter(sorted(edges, key=lambda edge: edge[::-1] if self.direction == "upstream" else edge))

    def rule(self, edge: tuple[int, int]) -> str:
        """Return the rule that made an edge of `edges`; empty if none is known."""
        parent, child = edge
        return self._rule(self.artifacts[child].artifact_id, self.artifacts[parent].artifact_id)


def sibling(card: Card) -> tuple[bool, str, str, str, str]:
    """Return the sort key of siblings; artifacts that were never registered come last."""
    return not card.artifact_type, card.artifact_type, label(card), card.created_at, card.artifact_id
