"""The promotion gate over a store: what was checked is what is promoted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from catalog_graph.aliases import MoveRequest, Stamp
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.answers import StoreAnswers
from catalog_graph.backends.promotion import PromotionInterface
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.backends.seals import SealInterface
from catalog_graph.cards import card_of
from catalog_graph.errors import AliasConflict, InvalidInput, NotFound
from catalog_graph.lineage import Lineage, Traversal

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport
    from catalog_graph.seals.card import SealPart
    from catalog_graph.seals.envelope import Envelope


class StorePromotion(StoreAnswers, PromotionInterface, SealInterface, ABC):
    """Checks of artifacts against policies, and promotion by a move that fails if anything changed meanwhile."""

    traversals_at_once: ClassVar[int] = 1
    """Number of traversals of one artifact that `traverse_all` answers in about the time of one."""

    # ---- primitives

    @abstractmethod
    def _mark(self, artifact_ids: Sequence[str]) -> str:
        """Return a text that differs once anything about these artifacts, or anything upstream of them, has changed."""

    @abstractmethod
    def _parts_to_promote(self, seal: Envelope | None, artifact_id: str, alias: str) -> Sequence[SealPart]:
        """Return the parts of the seal of a promotion, none without one.

        Raises `InvalidInput` if it is the seal of another artifact or alias, `AliasConflict` if it does not hold now.
        """

    def traverse_all(self, artifact_id: str, traversals: Sequence[Traversal]) -> list[Lineage]:
        """Return first pages of closures that differ only in `limit` and their queries. Raises `NotFound`."""
        return [self._traverse(artifact_id, traversal) for traversal in traversals]

    # ---- the interface

    def _check_promotion(self, artifact_id: str, policy: Policy, alias: str | None) -> PromotionReport:
        return self._for_reference(artifact_id, lambda own_id: self._report_id(own_id, policy, alias))

    def _report_id(self, artifact_id: str, policy: Policy, alias: str | None) -> PromotionReport:
        entry = self._candidate(artifact_id)
        return self._report(entry, policy, alias, self._held_by(entry, alias))

    def _promote(self, artifact_id: str, alias: str, policy: Policy, by: str, seal: Envelope | None) -> PromotionReport:
        return self._for_reference(artifact_id, lambda own_id: self._promote_id(own_id, alias, policy, by, seal))

    def _promote_id(
        self, artifact_id: str, alias: str, policy: Policy, by: str, seal: Envelope | None
    ) -> PromotionReport:
        from catalog_graph.promotion.report import RuleResult

        holder = self._held_by(self._candidate(artifact_id), alias)
        ids = tuple(dict.fromkeys(filter(None, (artifact_id, holder))))
        stamp = Stamp(ids, self._mark(ids))
        # Read again, now that the stamp would show a change.
        entry = self._candidate(artifact_id)
        report = self._report(entry, policy, alias, holder)
        if not report.passed:
            return report
        try:
            parts = self._parts_to_promote(seal, artifact_id, alias)
            move = self._move_alias(MoveRequest(entry.name, alias, artifact_id, holder, by, stamp, seal=parts))
        except (AliasConflict, NotFound, InvalidInput) as error:
            changed = RuleResult("unchanged", "unchanged", "undecided", f"not promoted: {error.message}")
            return replace(report, results=[*report.results, changed])
        return replace(report, move=move if move.before != move.after else None)

    def _report(self, entry: CatalogEntry, policy: Policy, alias: str | None, holder_id: str | None) -> PromotionReport:
        from datetime import UTC, datetime

        from catalog_graph.promotion.ancestry import Ancestry
        from catalog_graph.promotion.check import Candidate, check
        from catalog_graph.promotion.report import PromotionReport

        now = datetime.now(UTC)
        [holder] = self.get_many([holder_id]) if holder_id is not None else [None]
        candidate = Candidate(
            entry=entry,
            aliases=tuple(each.alias for each in self.aliases(artifact_id=entry.artifact_id)),
            ancestry=Ancestry(
                self, entry.artifact_id, policy.max_artifacts, policy.ancestry_queries(), policy.language
            ),
            alias=alias,
            holder=holder,
            holder_ancestry=Ancestry(self, holder.artifact_id, policy.max_artifacts) if holder is not None else None,
            catalog=self,
            now=now,
            language=policy.language,
        )
        return PromotionReport(
            artifact=card_of(entry),
            policy=policy.policy,
            alias=alias,
            holder=card_of(holder) if holder is not None else None,
            results=check(candidate, policy),
            checked_at=now.isoformat(timespec="microseconds"),
        )

    def _held_by(self, entry: CatalogEntry, alias: str | None) -> str | None:
        """Return the id of the artifact that holds an alias of the entry's name."""
        return self.alias(entry.name, alias) if alias is not None else None

    def _candidate(self, artifact_id: str) -> CatalogEntry:
        [entry] = self.get_many([artifact_id])
        if entry is None:
            raise unknown_artifact(artifact_id)
        return entry
