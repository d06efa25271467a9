"""The ancestry of an artifact as the gate sees it: read once, and asked about in the store's own queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from catalog_graph.lineage import Card, Lineage, Traversal
from catalog_graph.promotion.report import Offender

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.backends.promotion import PromotionGate
    from catalog_graph.promotion.rules import Asked

SHOWN = 10
"""Offending artifacts that a rule lists."""


@dataclass(frozen=True, slots=True)
class Offending:
    """Artifacts for which something does not hold."""

    offenders: list[Offender]
    total: int
    whole: bool
    """Whether that is all of them: nothing was cut short, nothing changed while it was read."""


class Ancestry:
    """What lies upstream of an artifact; at most `most` artifacts of it are read.

    `asked` is what `matching` will be asked for.
    """

    def __init__(self, backend: PromotionGate, artifact_id: str, most: int, asked: Sequence[Asked] = ()) -> None:
        self._backend = backend
        self._artifact_id = artifact_id
        self._most = most
        self._asked = list(dict.fromkeys(asked))
        self._found: dict[Asked, Lineage] = {}

    @cached_property
    def lineage(self) -> Lineage:
        """What was read of it."""
        return self._backend.upstream(self._artifact_id, limit=self._most)

    @property
    def whole(self) -> bool:
        """Whether that is all of it."""
        return self.lineage.complete and not self.lineage.changed

    @cached_property
    def sources(self) -> list[int]:
        """Positions of what has no parents, the artifact itself left out."""
        has_parents = set(self.lineage.edge_children)
        return [at for at in range(1, 1 + len(self.lineage.columns)) if at not in has_parents]

    def matching(self, asked: Asked) -> Offending:
        """What of it matches, counted by the store however large it is."""
        if asked not in self._found:
            self._ask(asked)
        found = self._found[asked]
        whole = found.stopped_by in (None, "limit") and not found.changed
        return Offending(self._with_paths(found.nodes), found.total, whole)

    def _ask(self, first: Asked) -> None:
        """Ask for that, and for as many more of those to come as the store answers with it."""
        others = [other for other in self._asked if other != first and other not in self._found]
        asked = [first, *others[: self._backend.questions_at_once - 1]]
        walks = [Traversal("upstream", limit=SHOWN, where=one, and_where=other) for one, other in asked]
        answers = self._backend._traverse_all(self._artifact_id, walks)
        self._found.update(zip(asked, answers, strict=True))

    def chosen(self, query: str | None) -> set[str] | None:
        """The ids of what of it matches a query, of all without one; `None` where that could not be read whole."""
        if query is None:
            return set(self.lineage.columns.artifact_id)
        found = self._backend.upstream(self._artifact_id, limit=self._most, where=query)
        return set(found.columns.artifact_id) if found.complete and not found.changed else None

    def id_at(self, position: int) -> str:
        """The id at a position, which is not the artifact's own."""
        return self.lineage.columns.artifact_id[position - 1]

    def those(self, wrong: Callable[[int], bool], among: Iterable[int] | None = None) -> Offending:
        """What is `wrong`, told by position, of all that was read or `among` some positions."""
        positions = range(1, 1 + len(self.lineage.columns)) if among is None else among
        found = [at for at in positions if wrong(at)]
        return Offending(self._with_paths([self._card(at) for at in found[:SHOWN]]), len(found), self.whole)

    def entries(self, positions: Sequence[int]) -> list[CatalogEntry | None]:
        """The artifacts at these positions, `None` for each that is not registered."""
        return self._backend.get_many([self.id_at(at) for at in positions])

    def _with_paths(self, cards: Sequence[Card]) -> list[Offender]:
        return [Offender(card, self._path(card)) for card in cards]

    def _path(self, card: Card) -> list[Card]:
        """One shortest way up to it, the artifact first; none where it lies past what was read."""
        at = self._position.get(card.artifact_id, 0)
        way = [at]
        while 0 < way[-1] < len(self._nearer):
            way.append(self._nearer[way[-1]])
        return [self._card(at) for at in reversed(way)] if at and not way[-1] else []

    def _card(self, at: int) -> Card:
        columns = self.lineage.columns.lists()
        return self.lineage.root if at == 0 else Card(*(column[at - 1] for column in columns))

    @cached_property
    def _position(self) -> dict[str, int]:
        return {artifact_id: at for at, artifact_id in enumerate(self.lineage.columns.artifact_id, 1)}

    @cached_property
    def _nearer(self) -> list[int]:
        """By position, the next artifact on the way down, among equals the nearest in the order of the lineage."""
        depth = [0, *self.lineage.columns.depth]
        nearer = [len(depth)] * len(depth)
        for child, parent in zip(self.lineage.edge_children, self.lineage.edge_parents, strict=True):
            if child < nearer[parent] and depth[child] == depth[parent] - 1:
                nearer[parent] = child
        return nearer
