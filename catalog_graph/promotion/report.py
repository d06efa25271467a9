"""What became of a promotion: each rule, whether it holds, and what offends it, with the way to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from catalog_graph.aliases import AliasMove
from catalog_graph.lineage import Card

Outcome = Literal["pass", "fail", "undecided"]
EXIT_STATUSES: dict[Outcome, int] = {"pass": 0, "fail": 1, "undecided": 2}


@dataclass(frozen=True, slots=True)
class Offender:
    """An artifact for which a rule does not hold."""

    card: Card
    path: list[Card] = field(default_factory=list)
    """One shortest way up to it, the artifact that is to be promoted first; empty where it is not on a way."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"artifact": self.card._asdict(), "path": [card._asdict() for card in self.path]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Offender:
        """The inverse of `to_dict`."""
        return cls(Card(**data["artifact"]), [Card(**card) for card in data["path"]])


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Whether one rule holds."""

    rule: str
    """Which rule, as the policy has it; `unchanged` for what every promotion needs."""
    name: str
    outcome: Outcome
    reason: str
    """One sentence."""
    offenders: list[Offender] = field(default_factory=list)
    """The nearest of them."""
    total: int = 0
    """How many there are, however many are listed."""
    complete: bool = True
    """Whether `total` is of all the ancestry."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
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
        """The inverse of `to_dict`."""
        return cls(**{**data, "offenders": [Offender.from_dict(each) for each in data["offenders"]]})


@dataclass(frozen=True, slots=True)
class PromotionReport:
    """What a policy says of an artifact, and whether the alias was moved to it."""

    artifact: Card
    policy: str
    alias: str | None
    holder: Card | None
    """What the artifact was compared with: the one that held the alias."""
    results: list[RuleResult]
    checked_at: str
    move: AliasMove | None = None
    """What became of the alias; `None` where it was not moved, or held by the artifact already."""

    @property
    def outcome(self) -> Outcome:
        """`fail` where any rule fails, else `undecided` where any is, else `pass`."""
        outcomes = {result.outcome for result in self.results}
        return "fail" if "fail" in outcomes else "undecided" if "undecided" in outcomes else "pass"

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return self.outcome == "pass"

    @property
    def promoted(self) -> bool:
        """Whether every rule holds and the alias points to the artifact now, moved or held by it already."""
        return self.move is not None or self.held

    @property
    def held(self) -> bool:
        """Whether every rule holds and the artifact held the alias already, so that there is nothing to move."""
        holder = self.holder.artifact_id if self.holder is not None else None
        return self.passed and self.move is None and holder == self.artifact.artifact_id

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "artifact": self.artifact._asdict(),
            "policy": self.policy,
            "alias": self.alias,
            "holder": None if self.holder is None else self.holder._asdict(),
            "outcome": self.outcome,
            "results": [result.to_dict() for result in self.results],
            "checked_at": self.checked_at,
            "move": None if self.move is None else self.move.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PromotionReport:
        """The inverse of `to_dict`."""
        return cls(
            artifact=Card(**data["artifact"]),
            policy=data["policy"],
            alias=data["alias"],
            holder=None if data["holder"] is None else Card(**data["holder"]),
            results=[RuleResult.from_dict(result) for result in data["results"]],
            checked_at=data["checked_at"],
            move=None if data["move"] is None else AliasMove(**data["move"]),
        )
