"""A policy: the rules that an artifact must pass before it is promoted."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from catalog_graph.checks import MAX_NODES
from catalog_graph.promotion.fields import AliasName, AncestryQuery, StrictModel, Text
from catalog_graph.promotion.rules import (
    Approved,
    Every,
    Forbid,
    Fresh,
    Hashed,
    LineageChange,
    Matches,
    Metric,
    NotDeleted,
    NoWorse,
    Registered,
    Require,
    Sealed,
    Stale,
    Types,
)

MAX_RULES = 100

Rule = Annotated[
    Matches
    | Metric
    | Approved
    | Forbid
    | Require
    | Every
    | Registered
    | NotDeleted
    | Hashed
    | Fresh
    | Stale
    | Sealed
    | Types
    | NoWorse
    | LineageChange,
    Field(discriminator="rule"),
]
RULES: dict[str, type[StrictModel]] = {
    get_args(rule.model_fields["rule"].annotation)[0]: rule for rule in get_args(get_args(Rule)[0])
}
"""The class of each rule, by the word that a policy writes after `rule:`."""


class Policy(StrictModel):
    """The rules that an artifact must pass before it is promoted: all of them."""

    policy: Text = Field("", description="Name of the policy in reports.")
    alias: AliasName | None = Field(
        None, description="Alias whose holder the artifact is compared with, unless the request names another."
    )
    max_artifacts: Annotated[int, Field(ge=1, le=MAX_NODES)] = Field(
        MAX_NODES, description="Artifacts of the ancestry to read; rules that need more are undecided."
    )
    language: Literal[1, 2] = Field(
        1, description="Version of the query language: 2 is that of searches, 1 reads `=` and `*` as plain text."
    )
    rules: list[Rule] = Field(min_length=1, max_length=MAX_RULES)

    def ancestry_queries(self) -> list[AncestryQuery]:
        """Return the queries over the whole ancestry that decide its rules."""
        return [query for rule in self.rules if (query := rule.ancestry_query) is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types; keys that have their default are left out."""
        return self.model_dump(mode="json", exclude_defaults=True)
