"""Request and response bodies about promotions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from catalog_graph.promotion.report import Outcome
from catalog_graph.server.models.aliases import AliasMove
from catalog_graph.server.models.base import StrictInput
from catalog_graph.server.models.lineage import Card
from catalog_graph.server.models.seals import SealFile

_POLICY: dict[str, Any] = {"rules": [{"rule": "metric", "tag": "f1", "min": 0.9}, {"rule": "registered"}]}


class CheckIn(StrictInput):
    """A policy to check an artifact against."""

    policy: dict[str, Any] | str = Field(
        description="The content of a policy file, as JSON or as text.", examples=[_POLICY]
    )
    alias: str | None = Field(
        None,
        description="The artifact is compared with the one that this alias points to; default: the policy's alias.",
    )


class PromoteIn(StrictInput):
    """A policy to check an artifact against, and the alias to move to it if every rule holds."""

    policy: dict[str, Any] | str = Field(
        description="The content of a policy file, as JSON or as text.", examples=[_POLICY]
    )
    alias: str = Field(examples=["champion"])
    by: str = Field("", description="Who promotes; the service appends the name of the API key, if there is one.")
    seal: SealFile | None = Field(
        None, description="A seal of the artifact for this alias, kept if the alias moves; it must hold."
    )


class PolicyFile(BaseModel):
    """A policy file that the service was given."""

    name: str = Field(description="The name of the file, without its ending.")
    text: str


class PolicyFiles(BaseModel):
    """The policy files that the service was given, by name."""

    items: list[PolicyFile]


class Offender(BaseModel):
    """An artifact that violates a rule, and a shortest path up to it."""

    artifact: Card
    path: list[Card]


class RuleResult(BaseModel):
    """The outcome of one rule."""

    rule: str
    name: str
    outcome: Outcome
    reason: str
    offenders: list[Offender] = Field(description="The nearest offenders.")
    total: int = Field(description="The number of all offenders.")
    complete: bool = Field(description="True if `total` covers the whole ancestry.")


class PromotionReport(BaseModel):
    """The outcome of a policy for an artifact, and the move of the alias."""

    artifact: Card
    policy: str
    alias: str | None
    holder: Card | None = Field(description="The artifact that held the alias, which this one was compared with.")
    outcome: Outcome
    results: list[RuleResult]
    checked_at: str
    move: AliasMove | None = Field(
        description="Null if the alias was not moved, or if it pointed to the artifact already."
    )
