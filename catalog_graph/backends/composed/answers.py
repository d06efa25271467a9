"""Answers that follow from lineage, computed over the queries of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from catalog_graph.answers.facts import Ancestries, Counts, Newest
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.backends import cursors
from catalog_graph.backends.answers import AnswerInterface
from catalog_graph.backends.composed.columns import column_lineage, rules_of
from catalog_graph.backends.composed.concurrency import Concurrency
from catalog_graph.backends.composed.references import StoreReferences
from catalog_graph.backends.finding import FindingInterface
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import Card, Direction, Lineage, Traversal

if TYPE_CHECKING:
    from catalog_graph.answers.base import Answer
    from catalog_graph.answers.question import Question

A = TypeVar("A", bound="Answer")


class StoreAnswers(StoreReferences, Concurrency, FindingInterface, AnswerInterface, ABC):
    """The queries that answers are computed from; see `answers.question.LineageReader`."""

    # ---- primitives

    @abstractmethod
    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what a traversal reaches, at any depth, by type, pipeline, depth and tag. Raises `NotFound`."""

    @abstractmethod
    def newest(self, names: Sequence[str]) -> dict[str, Newest]:
        """Return the newest artifact of each of these names that has one: the one that `_latest` returns."""

    @abstractmethod
    def newer(self, artifacts: Sequence[Card], by_number: Collection[str]) -> dict[str, int]:
        """Count the newer registered artifacts of its name for each of these artifacts, by id.

        Versions of the names `by_number` go by whole numbers, then by registration, and those without a number come
        first; the others go by registration alone.
        """

    @abstractmethod
    def adjacent(self, artifact_ids: Sequence[str], direction: Direction) -> dict[str, list[Card]]:
        """Return the direct parents or children, in any state and order, of each of these artifacts that has any."""

    @abstractmethod
    def with_content(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids of the registered artifacts with each of these content hashes, sorted, by hash."""

    @abstractmethod
    def seal_digests(self, artifact_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the digests of the whole seals of each artifact that has any, sorted."""

    @abstractmethod
    def stored_erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept for an artifact (an exact id), if there is one."""

    def ancestries(self, left: str, right: str, limit: int) -> Ancestries:
        """Return the upstream lineages of two ids, with the nearest `limit` of what is common, or with more of it.

        This implementation reads both whole; a store that can do better overrides it. Raises `NotFound`.
        """
        return Ancestries(self.upstream(left, limit=None, exact=True), self.upstream(right, limit=None, exact=True))

    def shortest_path(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target (first) to the source; empty if they are not connected.

        This implementation reads the whole ancestry of the target; a store that can do better overrides it.
        """
        from catalog_graph.answers.graph import LineageGraph
        from catalog_graph.answers.paths import shortest

        graph = LineageGraph(self.upstream(target, limit=None))
        start = graph.position.get(source, 0)
        return graph.cards(reversed(shortest(graph, start))) if start else []

    # ---- the interface

    def traverse(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes of a closure, or all of them, over as many pages as it takes."""
        return self._nearest(artifact_id, traversal, limit)

    def _whole(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes, with the rules that made edges; or what a column was made from."""
        if traversal.column:
            return column_lineage(self, artifact_id, traversal, limit)
        lineage = self._nearest(artifact_id, traversal, limit)
        if traversal.as_of is None:
            lineage.how = rules_of(self, lineage)
        return lineage

    def _nearest(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes; the cursor is bound to everything that decides which nodes there are."""
        t = traversal
        question = (artifact_id, t.direction, t.depth, t.as_of, sorted(t.without))
        texts = [t.where, t.and_where, *([t.until] if t.until else [])]
        try:
            binding, position = cursors.opened(t.cursor, "lineage", *question, texts=texts)
        except InvalidInput:
            # The reference may stand for another id, whose lineage the cursor continues.
            if self._id_of(artifact_id) != artifact_id:
                raise unknown_artifact(artifact_id) from None
            raise
        lineage = super()._whole(artifact_id, replace(t, cursor=position, moment=binding.moment or None), limit)
        lineage.cursor = binding.bound(lineage.cursor)
        return lineage

    def _answer(self, question: Question[A]) -> A:
        reference = question.artifact_id
        if not reference:
            return question.answer(self)
        return self._for_reference(reference, lambda own_id: replace(question, artifact_id=own_id).answer(self))
