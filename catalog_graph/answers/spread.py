"""Closures of several artifacts at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog_graph.answers.question import LineageReader
from catalog_graph.lineage import Card, Direction, Traversal

BATCH = 10_000
"""Maximum number of artifacts whose neighbours one query reads."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Reads what lies around artifacts."""

    reader: LineageReader

    def closure(self, starts: Mapping[str, Card], direction: Direction, depth: int | None) -> dict[str, Card]:
        """Return the artifacts at most `depth` edges away in a direction, with `starts` themselves, by id.

        The closure of one artifact is one query. That of several is read level by level, each artifact once: their
        closures overlap, and a database would walk each of them.
        """
        if depth == 0 or not starts:
            return dict(starts)
        if len(starts) == 1:
            [artifact_id] = starts
            lineage = self.reader.traverse(artifact_id, Traversal(direction, depth=depth), None)
            return dict(starts) | {card.artifact_id: card for card in lineage.nodes}
        return self.levels(starts, [direction], depth)

    def levels(self, starts: Mapping[str, Card], directions: Iterable[Direction], depth: int | None) -> dict[str, Card]:
        """Return what is at most `depth` edges of any of these directions away; the depth of a card is its distance."""
        directions = list(directions)
        reached = {i: card._replace(depth=0) for i, card in starts.items()}
        level, distance = list(reached), 0
        while level and distance != depth:
            distance += 1
            new: dict[str, Card] = {}
            for direction in directions:
                for at in range(0, len(level), BATCH):
                    adjacent = self.reader.adjacent(level[at : at + BATCH], direction)
                    new |= {card.artifact_id: card for cards in adjacent.values() for card in cards}
            level = [artifact_id for artifact_id in sorted(new) if artifact_id not in reached]
            reached |= {artifact_id: new[artifact_id]._replace(depth=distance) for artifact_id in level}
        return reached

    def edges(self, cards: Iterable[Card]) -> list[list[str]]:
        """Return the edges among artifacts, as pairs of ids, child first, in order."""
        ids = {card.artifact_id for card in cards}
        ordered = sorted(ids)
        edges = []
        for at in range(0, len(ordered), BATCH):
            parents = self.reader.adjacent(ordered[at : at + BATCH], "upstream")
            edges += [[child, p.artifact_id] for child, cards in parents.items() for p in cards if p.artifact_id in ids]
        return sorted(edges)
