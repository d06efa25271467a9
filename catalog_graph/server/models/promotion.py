"""The shapes of requests and answers about promotions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from catalog_graph.promotion.report import Outcome
from catalog_graph.server.models.aliases import AliasMove
from catalog_graph.server.models.artifacts import Card, _OwnInput

_POLICY: dict[str, Any] = {"rules": [{"rule": "metric", "tag": "f1", "min": 0.9}, {"rule": "registered"}]}


class CheckIn(_OwnInput):
    """A policy to check an artifact against."""

    policy: dict[str, Any] = Field(description="As its YAML file has it.", examples=[_POLICY])
    alias: str | None = Field(None, description="Whose holder the artifact is compared with; else the policy's own.")


class PromoteIn(_OwnInput):
    """A policy to check an artifact against, and the alias that it gets where every rule holds."""

    policy: dict[str, Any] = Field(description="As its YAML file has it.", examples=[_POLICY])
    alias: str = Field(examples=["champion"])
    by: str = Field("", description="Who promotes; the name of the API key is added where keys are on.")


class Offender(BaseModel):
    """An artifact for which a rule does not hold, and one shortest way up to it."""

    artifact: Card
    path: list[Card]


class RuleResult(BaseModel):
    """Whether one rule holds."""

    rule: str
    name: str
    outcome: Outcome
    reason: str
    offenders: list[Offender] = Field(description="The nearest of them.")
    total: int = Field(description="How many there are, however many are listed.")
    complete: bool = Field(description="Whether `total` is of all the ancestry.")


class PromotionReport(BaseModel):
    """What a policy says of an artifact, and whether the alias was moved to it."""

    artifact: Card
    policy: str
    alias: str | None
    holder: Card | None = Field(description="What it was compared with: the artifact that held the alias.")
    outcome: Outcome
    results: list[RuleResult]
    checked_at: str
    move: AliasMove | None = Field(description="Null where the alias was not moved, or held by the artifact already.")
