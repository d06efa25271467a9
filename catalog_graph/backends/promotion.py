"""The promotion gate on every backend: a policy checked, and an alias moved only where it holds."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from catalog_graph.aliases import Moving, Stamp, checked_alias, checked_by
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.aliases import Aliases
from catalog_graph.backends.answers import LineageAnswers
from catalog_graph.errors import AliasConflict, InvalidInput, NotFound
from catalog_graph.lineage import Card, Lineage, Traversal

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport


class PromotionGate(Aliases, LineageAnswers, ABC):
    """Checks artifacts against policies, and promotes those that pass."""

    questions_at_once: ClassVar[int] = 1
    """Traversals of one artifact that this backend answers in about the time of one."""

    def _traverse_all(self, artifact_id: str, asked: Sequence[Traversal]) -> list[Lineage]:
        """First pages of closures that differ in `limit` and their texts alone; raises `NotFound`."""
        return [self._traverse(artifact_id, each) for each in asked]

    def check_promotion(
        self, artifact_id: str, policy: Policy | Mapping[str, Any] | str, *, alias: str | None = None
    ) -> PromotionReport:
        """What a policy says of an artifact and of everything that it came from; nothing is changed.

        `policy` is a `Policy`, an object as its file has it, or a text of YAML (`policy.load_policy` reads a file).
        It is compared with the artifact that holds `alias` (or else the policy's own) under the same name. Raises
        `NotFound`, `InvalidPolicy`.
        """
        from catalog_graph.policy import read_policy

        read = read_policy(policy)
        word = checked_alias(alias) if alias is not None else read.alias
        return self._found(artifact_id, lambda found_id: self._report(self._candidate(found_id), read, word))

    def promote(
        self, artifact_id: str, alias: str, policy: Policy | Mapping[str, Any] | str, *, by: str = ""
    ) -> PromotionReport:
        """Check an artifact, and point the alias to it where every rule holds.

        What was checked is what is promoted: should anything about the artifact, its ancestry or what it is compared
        with have changed since it was looked at, or the alias have moved, it is not moved, and a last result says so.
        `by` says who promotes. Raises as `check_promotion` does.
        """
        from catalog_graph.policy import read_policy

        read, word, who = read_policy(policy), checked_alias(alias), checked_by(by)
        return self._found(artifact_id, lambda found_id: self._promoted(found_id, word, read, who))

    def _promoted(self, artifact_id: str, alias: str, policy: Policy, by: str) -> PromotionReport:
        from catalog_graph.promotion.report import RuleResult

        holder = self.alias(self._candidate(artifact_id).name, alias)
        ids = tuple(dict.fromkeys(filter(None, (artifact_id, holder))))
        stamp = Stamp(ids, self._mark(ids))
        # Read again, now that a change would show.
        entry = self._candidate(artifact_id)
        report = self._report(entry, policy, alias)
        if not report.passed:
            return report
        try:
            move = self._move_alias(Moving(entry.name, alias, artifact_id, holder, by, stamp))
        except (AliasConflict, NotFound, InvalidInput) as error:
            changed = RuleResult("unchanged", "unchanged", "undecided", f"not promoted: {error.message}")
            return replace(report, results=[*report.results, changed])
        return replace(report, move=move if move.before != move.after else None)

    def _report(self, entry: CatalogEntry, policy: Policy, alias: str | None) -> PromotionReport:
        from datetime import UTC, datetime

        from catalog_graph.promotion.ancestry import Ancestry
        from catalog_graph.promotion.check import Candidate, check
        from catalog_graph.promotion.report import PromotionReport

        now = datetime.now(UTC)
        held = self.alias(entry.name, alias) if alias is not None else None
        [holder] = self.get_many([held]) if held is not None else [None]
        candidate = Candidate(
            entry=entry,
            aliases=tuple(each.alias for each in self.aliases(artifact_id=entry.artifact_id)),
            ancestry=Ancestry(self, entry.artifact_id, policy.max_artifacts, policy.ancestry_queries()),
            alias=alias,
            holder=holder,
            holder_ancestry=Ancestry(self, holder.artifact_id, policy.max_artifacts) if holder is not None else None,
            backend=self,
            now=now,
        )
        return PromotionReport(
            artifact=_card(entry),
            policy=policy.policy,
            alias=alias,
            holder=_card(holder) if holder is not None else None,
            results=check(candidate, policy),
            checked_at=now.isoformat(timespec="microseconds"),
        )

    def _candidate(self, artifact_id: str) -> CatalogEntry:
        [entry] = self.get_many([artifact_id])
        if entry is None:
            raise NotFound(f"artifact {artifact_id!r} not found", artifact_id=artifact_id)
        return entry


def _card(entry: CatalogEntry) -> Card:
    return Card(entry.artifact_id, entry.name, entry.artifact_type, entry.version, entry.created_at, 0, entry.state)
