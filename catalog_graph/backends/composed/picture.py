"""The picture of a lineage, over the queries of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial

from catalog_graph import checks
from catalog_graph.answers.extent import Extent, Reach
from catalog_graph.answers.picture import MAX_BOXES, Opening, Picture, Surroundings, nearest
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.answers import StoreAnswers
from catalog_graph.errors import NotFound
from catalog_graph.instants import Instant
from catalog_graph.lineage import Card, Direction, Traversal


class StorePicture(StoreAnswers, ABC):
    """Boxes and curves around an artifact."""

    @abstractmethod
    def surroundings(self, artifact_ids: Sequence[str], as_of: int | None) -> Surroundings:
        """Return the degrees of artifacts, and the edges among them, now or at an instant in microseconds."""

    def picture(
        self,
        artifact_id: str,
        *,
        up: int = 2,
        down: int = 2,
        boxes: int = 60,
        openings: Sequence[Opening] = (),
        where: str = "",
        as_of: Instant | None = None,
        metric: str = "",
        paths_to: Sequence[str] = (),
        exact: bool = False,
    ) -> Picture:
        """Draw the artifacts at most `up` edges above and `down` edges below an artifact, the nearest `boxes` of them.

        `openings` add neighbours of boxes, up to 300 boxes in all. `where` marks what matches; `metric` names a number
        of tags or metadata to show. `paths_to` adds a shortest path, as of now, between the artifact and each of these.
        Raises `NotFound`, `InvalidInput`, `InvalidQuery`, and `ConfigurationError` where
        graphlay is not installed.
        """
        from catalog_graph.answers.picture import picture

        checks.checked_query(where, "where")
        most = min(boxes, MAX_BOXES)
        above = self.lineage(artifact_id, "upstream", depth=max(up, 1), limit=most, as_of=as_of, exact=exact)
        root = above.root
        below = self.lineage(root.artifact_id, "downstream", depth=max(down, 1), limit=most, as_of=as_of, exact=True)
        cards = nearest(root, (above.nodes if up else (), below.nodes if down else ()), most)
        for opening in openings:
            cards = self._opened(cards, opening, as_of)
        for other in () if as_of is not None else paths_to:
            cards = _joined(cards, self._path_between(root.artifact_id, other))
        ids = [card.artifact_id for card in cards]
        entries = {entry.artifact_id: entry for entry in self.get_many(ids) if entry is not None}
        return picture(
            cards,
            self.surroundings(ids, self._instant(as_of)),
            entries,
            matching=_matching(where, entries) if where.strip() else None,
            metric=metric,
        )

    def _opened(self, cards: list[Card], opening: Opening, as_of: Instant | None) -> list[Card]:
        """Return the cards with the neighbours on one side of a drawn box, as far as there is room for them."""
        if all(card.artifact_id != opening.artifact_id for card in cards):
            return cards
        direction: Direction = "upstream" if opening.upstream else "downstream"
        count = max(1, min(opening.least, MAX_BOXES))
        near = self.lineage(opening.artifact_id, direction, depth=1, limit=count, as_of=as_of, exact=True)
        return _joined(cards, near.nodes)

    def _path_between(self, artifact_id: str, other: str) -> list[Card]:
        """Return a shortest path between two artifacts, whichever of them comes first; empty if there is none."""
        try:
            return self.shortest_path(artifact_id, other) or self.shortest_path(other, artifact_id)
        except NotFound:
            return []

    def extent(self, artifact_id: str, *, as_of: Instant | None = None, exact: bool = False) -> Extent:
        """Count what lies upstream and downstream of an artifact. Raises `NotFound`."""
        root = self.lineage(artifact_id, "upstream", limit=1, as_of=as_of, exact=exact).root
        at = self._instant(as_of)
        above, below = Traversal("upstream", as_of=at), Traversal("downstream", as_of=at)
        upstream, downstream = (self.begin(partial(self.count, root.artifact_id, side, ())) for side in (above, below))
        return Extent(root, Reach.of(upstream()), Reach.of(downstream()))


def _joined(cards: Sequence[Card], more: Sequence[Card]) -> list[Card]:
    """Return the cards with others after them, as far as there is room for them."""
    drawn = {card.artifact_id for card in cards}
    return [*cards, *(card for card in more if card.artifact_id not in drawn)][:MAX_BOXES]


def _matching(where: str, entries: Mapping[str, CatalogEntry]) -> set[str]:
    """Return the ids of the entries that match a query."""
    from catalog_graph.query.language import parse
    from catalog_graph.query.match import matches

    query = parse(where)
    return {i for i, entry in entries.items() if matches(query, entry, entry.aliases)}
