"""The bill of materials: artifacts with everything that they were made from, as a CycloneDX document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_graph.answers.question import LineageReader
from catalog_graph.answers.spread import BATCH, Spread
from catalog_graph.lineage import Card
from catalog_graph.render.cyclonedx import Part, document


def bom(reader: LineageReader, roots: Mapping[str, Card], spec_version: str, limit: int, alias: str) -> dict[str, Any]:
    """Return the document of these artifacts and of the nearest `limit` artifacts upstream, themselves included."""
    reached = Spread(reader).closure(roots, "upstream", None)
    nearest = sorted(reached.values(), key=lambda card: (card.depth, card.artifact_id))[: max(limit, len(roots))]
    parts: list[Part] = []
    for at in range(0, len(nearest), BATCH):
        cards = nearest[at : at + BATCH]
        ids = [card.artifact_id for card in cards]
        parents = reader.adjacent(ids, "upstream")
        for card, entry in zip(cards, reader.get_many(ids), strict=True):
            of_card = sorted(parent.artifact_id for parent in parents.get(card.artifact_id, ()))
            parts.append(Part(card, entry, of_card))
    return document(parts, list(roots), spec_version, alias, len(reached))
