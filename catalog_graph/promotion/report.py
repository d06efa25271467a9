"""The report of a promotion: the outcome of each rule, and the artifacts that offend it with the path to each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from catalog_graph.aliases import AliasMove
from catalog_graph.forms import Forms, Section
from catalog_graph.lineage import Card
from catalog_graph.seals.card import SealCard

Outcome = Literal["pass", "fail", "undecided"]
"""The outcome of a rule or a policy; `undecided` if too little is known."""
EXIT_STATUSES: dict[Outcome, int] = {"pass": 0, "fail": 1, "undecided": 2}
"""Exit statuses of `catalog-graph promote`."""


@dataclass(frozen=True, slots=True)
class Offender:
    """An artifact for which a rule does not hold."""

    card: Card
    path: list[Card] = field(default_factory=list)
    """A shortest path to it, from the artifact that is to be promoted on; empty if the path was not read."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {"artifact": self.card.to_dict(), "path": [card.to_dict() for card in self.path]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Offender:
        """Return the object that `to_dict` converted."""
        return cls(Card.from_dict(data["artifact"]), list(map(Card.from_dict, data["path"])))


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule."""

    rule: str
    """The kind of the rule, as in the policy; `unchanged` for the check that nothing changed before the alias moved."""
    name: str
    outcome: Outcome
    reason: str
    """One sentence."""
    offenders: list[Offender] = field(default_factory=list)
    """The nearest offenders."""
    total: int = 0
    """Number of all offenders, listed or not."""
    complete: bool = True
    """False if `total` covers only a part of the ancestry."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "rule": self.rule,
            "name": self.name,
            "outcome": self.outcome,
            "reason": self.reason,
            "offenders": [offender.to_dict() for offender in self.offenders],
            "total": self.total,
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RuleResult:
        """Return the object that `to_dict` converted."""
        return cls(**{**data, "offenders": [Offender.from_dict(each) for each in data["offenders"]]})


def rule_result(outcome: Outcome, reason: str) -> RuleResult:
    """Return a result without offenders, whose kind and name of the rule are still to be filled in."""
    return RuleResult("", "", outcome, reason)


@dataclass(frozen=True, slots=True)
class PromotionReport(Forms):
    """The results of a policy for an artifact, and the move of the alias if there was one."""

    artifact: Card
    policy: str
    alias: str | None
    holder: Card | None
    """The artifact that held the alias, with which this one was compared."""
    results: list[RuleResult]
    checked_at: str
    move: AliasMove | None = None
    """The move of the alias; `None` if it was not moved, or if the artifact held it already."""
    seal: SealCard | None = None
    """The seal that was made with a key for this promotion, and is kept beside the artifact."""

    @property
    def outcome(self) -> Outcome:
        """`fail` if any rule fails, else `undecided` if any is undecided, else `pass`."""
        outcomes = {result.outcome for result in self.results}
        return "fail" if "fail" in outcomes else "undecided" if "undecided" in outcomes else "pass"

    @property
    def passed(self) -> bool:
        """True if every rule passes."""
        return self.outcome == "pass"

    @property
    def promoted(self) -> bool:
        """True if every rule passes and the artifact holds the alias now, newly or already before."""
        return self.move is not None or self.held

    @property
    def held(self) -> bool:
        """True if every rule passes and the artifact held the alias already, so that nothing was moved."""
        holder = self.holder.artifact_id if self.holder is not None else None
        return self.passed and self.move is None and holder == self.artifact.artifact_id

    def text(self) -> str:
        """Return the outcome, then a line for each rule with its offenders, as the command prints them."""
        from catalog_graph.render.promotion import as_text

        return as_text(self)

    def _headline(self) -> str:
        from catalog_graph.render.promotion import headline

        return headline(self)

    def _sections(self) -> list[Section]:
        from catalog_graph.render.promotion import sections

        return sections(self)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "artifact": self.artifact.to_dict(),
            "policy": self.policy,
            "alias": self.alias,
            "holder": None if self.holder is None else self.holder.to_dict(),
            "outcome": self.outcome,
            "results": [result.to_dict() for result in self.results],
            "checked_at": self.checked_at,
            "move": None if self.move is None else self.move.to_dict(),
            **({} if self.seal is None else {"seal": self.seal.to_dict()}),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PromotionReport:
        """Return the object that `to_dict` converted."""
        return cls(
            artifact=Card.from_dict(data["artifact"]),
            policy=data["policy"],
            alias=data["alias"],
            holder=None if data["holder"] is None else Card.from_dict(data["holder"]),
            results=[RuleResult.from_dict(result) for result in data["results"]],
            checked_at=data["checked_at"],
            move=None if data["move"] is None else AliasMove(**data["move"]),
            seal=None if data.get("seal") is None else SealCard.from_dict(data["seal"]),
        )
