"""The ancestry of an artifact as the gate sees it: read once, and queried through the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from catalog_graph.lineage import Card, Lineage, Traversal
from catalog_graph.promotion.fields import AncestryQuery, in_language
from catalog_graph.promotion.report import Offender

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.promotion.catalog import CatalogReader

MAX_OFFENDERS = 10
"""Offenders that the result of a rule lists."""


@dataclass(frozen=True, slots=True)
class Offending:
    """The artifacts for which a rule does not hold."""

    offenders: list[Offender]
    total: int
    complete: bool
    """True if `total` counts all of them: nothing was cut short, and nothing changed during the reading."""


class Ancestry:
    """All artifacts upstream of one artifact, of which at most `limit` are read.

    `queries` are those that `matching` will be called with, texts of version `language` of the query language; a store
    may answer several of them together. Artifacts are numbered by their position in the lineage, from 1; position 0 is
    the artifact itself.
    """

    def __init__(
        self,
        catalog: CatalogReader,
        artifact_id: str,
        limit: int,
        queries: Sequence[AncestryQuery] = (),
        language: int = 2,
    ) -> None:
        self._catalog = catalog
        self._artifact_id = artifact_id
        self._limit = limit
        self._language = language
        self._queries = list(dict.fromkeys(queries))
        self._matches: dict[AncestryQuery, Lineage] = {}

    @cached_property
    def lineage(self) -> Lineage:
        """The part of the ancestry that was read."""
        return self._catalog.upstream(self._artifact_id, limit=self._limit)

    @property
    def complete(self) -> bool:
        """True if `lineage` is the whole ancestry, and it did not change during the reading."""
        return _is_complete(self.lineage)

    @cached_property
    def sources(self) -> list[int]:
        """The positions of the artifacts without parents, except the artifact itself."""
        has_parents = set(self.lineage.edge_children)
        return [position for position in self._positions if position not in has_parents]

    def matching(self, query: AncestryQuery) -> Offending:
        """Return the artifacts that match a query; the store counts them, however large the ancestry is."""
        if query not in self._matches:
            self._run(query)
        lineage = self._matches[query]
        complete = lineage.stopped_by in (None, "limit") and not lineage.changed
        return Offending(self._with_paths(lineage.nodes), lineage.total, complete)

    def ids_matching(self, query: str | None) -> set[str] | None:
        """Return the ids of the artifacts that match a query (all without one); `None` if not all could be read."""
        if query is None:
            return set(self.lineage.columns.artifact_id)
        where = in_language(query, self._language)
        lineage = self._catalog.upstream(self._artifact_id, limit=self._limit, where=where)
        return set(lineage.columns.artifact_id) if _is_complete(lineage) else None

    def id_at(self, position: int) -> str:
        """Return the id at a position from 1."""
        return self.lineage.columns.artifact_id[position - 1]

    def offending(self, offends: Callable[[int], bool], among: Iterable[int] | None = None) -> Offending:
        """Return the artifacts whose position `offends` accepts, of all that were read or `among` some positions."""
        positions = [position for position in (self._positions if among is None else among) if offends(position)]
        cards = [self._card(position) for position in positions[:MAX_OFFENDERS]]
        return Offending(self._with_paths(cards), len(positions), self.complete)

    def entries(self, positions: Sequence[int]) -> list[CatalogEntry | None]:
        """Return the artifacts at these positions, `None` for each that is not registered."""
        return self._catalog.get_many([self.id_at(position) for position in positions])

    def _run(self, first: AncestryQuery) -> None:
        """Run a query, with as many of the later ones as the store answers in the same time."""
        later = [query for query in self._queries if query != first and query not in self._matches]
        queries = [first, *later[: self._catalog.traversals_at_once - 1]]
        traversals = [
            Traversal("upstream", limit=MAX_OFFENDERS, where=query.where, and_where=query.and_where)
            for query in (each.in_language(self._language) for each in queries)
        ]
        lineages = self._catalog.traverse_all(self._artifact_id, traversals)
        self._matches.update(zip(queries, lineages, strict=True))

    def _with_paths(self, cards: Sequence[Card]) -> list[Offender]:
        return [Offender(card, self._path(card)) for card in cards]

    def _path(self, card: Card) -> list[Card]:
        """Return a shortest path to an ancestor, from the artifact on; empty if the ancestor was not read."""
        position = self._position_by_id.get(card.artifact_id, 0)
        path = [position]
        while 0 < path[-1] < len(self._nearer):
            path.append(self._nearer[path[-1]])
        return [self._card(each) for each in reversed(path)] if position and not path[-1] else []

    def _card(self, position: int) -> Card:
        return self.lineage.root if position == 0 else self.lineage.columns.card(position - 1)

    @property
    def _positions(self) -> range:
        return range(1, 1 + len(self.lineage.columns))

    @cached_property
    def _position_by_id(self) -> dict[str, int]:
        return {artifact_id: position for position, artifact_id in enumerate(self.lineage.columns.artifact_id, 1)}

    @cached_property
    def _nearer(self) -> list[int]:
        """The next position towards the artifact, by position; of several, the first in the lineage's order."""
        depth = [0, *self.lineage.columns.depth]
        nearer = [len(depth)] * len(depth)
        for child, parent in zip(self.lineage.edge_children, self.lineage.edge_parents, strict=True):
            if child < nearer[parent] and depth[child] == depth[parent] - 1:
                nearer[parent] = child
        return nearer


def _is_complete(lineage: Lineage) -> bool:
    return lineage.complete and not lineage.changed
