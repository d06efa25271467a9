"""The rules of a policy, one class each; `docs/promotion.md` explains them with examples."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, Self

from pydantic import Field, FiniteFloat, ValidationInfo, model_validator

from catalog_graph.promotion.fields import (
    AncestryQuery,
    Count,
    Instant,
    Margin,
    MaxChanges,
    Name,
    OwnQuery,
    Pem,
    QueryText,
    StrictModel,
    Text,
)
from catalog_graph.promotion.report import Outcome
from catalog_graph.query.periods import period
from catalog_graph.query.writing import escaped_key, phrase


class _Rule(StrictModel):
    scope: ClassVar[Literal["artifact", "ancestry", "holder"]]
    name: Text = Field("", description="Name of the rule in reports; by default its kind and its subject.")
    why: Text = Field("", description="Reason for the rule; reports show it when the rule does not pass.")

    @property
    def ancestry_query(self) -> AncestryQuery | None:
        """The query over the whole ancestry that decides the rule; `None` if none does."""
        return None


class _NumberRule(_Rule):
    """A rule about a number of an artifact: a tag, or a value in its metadata."""

    tag: Text | None = None
    metadata: Text | None = Field(None, description="Path into the metadata, with dots: metrics.f1.")
    when_missing: Outcome = "fail"

    @property
    def key(self) -> str:
        """The place of the number, as reports name it."""
        return f"tag {self.tag}" if self.tag is not None else f"metadata {self.metadata}"

    @model_validator(mode="after")
    def _require_one_place(self) -> Self:
        if (self.tag is None) == (self.metadata is None):
            raise ValueError("give either tag or metadata, the place of the number")
        return self


class Matches(_Rule):
    """The artifact matches a query."""

    scope = "artifact"
    rule: Literal["matches"]
    query: QueryText


class Metric(_NumberRule):
    """A number of the artifact lies between `min` and `max`, both included."""

    scope = "artifact"
    rule: Literal["metric"]
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None

    @model_validator(mode="after")
    def _require_bounds(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}, so no number can pass; swap them")
        return self


class Approved(_Rule):
    """A tag names the people who approved the artifact, or each ancestor or source that `where` selects."""

    scope = "ancestry"
    rule: Literal["approved"]
    tag: Text
    by: list[Name] = Field([], min_length=1, max_length=50, description="People who may approve; by default anybody.")
    at_least: Count = 1
    of: Literal["artifact", "ancestors", "sources"] = "artifact"
    where: QueryText | None = None

    @model_validator(mode="after")
    def _require_decidable(self, info: ValidationInfo) -> Self:
        if self.of == "ancestors" and (self.at_least > 1 or not self.by):
            raise ValueError("with of: ancestors, give by (one of its people must approve) and leave out at_least")
        if self.of == "artifact" and self.where is not None:
            raise ValueError("where selects ancestors or sources; leave it out, or add of: ancestors or of: sources")
        people = len(set(self.by))
        if self.by and self.at_least > people:
            raise ValueError(
                f"at_least {self.at_least} cannot be met: by names {people}; lower it, or name more people"
            )
        if self.ancestry_query is not None:
            self.ancestry_query.require_valid(info)
        return self

    @property
    def ancestry_query(self) -> AncestryQuery | None:
        """The ancestors that `where` selects and nobody of `by` approved."""
        if self.of != "ancestors":
            return None
        approved = " OR ".join(f"tag.{escaped_key(self.tag)}:{phrase(person)}" for person in self.by)
        return OwnQuery(f"NOT ({approved})", self.where or "")


class Forbid(_Rule):
    """Nothing in the ancestry matches a query."""

    scope = "ancestry"
    rule: Literal["forbid"]
    query: QueryText

    @property
    def ancestry_query(self) -> AncestryQuery:
        """The query itself."""
        return AncestryQuery(self.query)


class Require(_Rule):
    """At least so many artifacts in the ancestry match a query."""

    scope = "ancestry"
    rule: Literal["require"]
    query: QueryText
    at_least: Count = 1

    @property
    def ancestry_query(self) -> AncestryQuery:
        """The query itself."""
        return AncestryQuery(self.query)


class Every(_Rule):
    """Each artifact in the ancestry that matches `of` matches `query` too."""

    scope = "ancestry"
    rule: Literal["every"]
    of: QueryText
    query: QueryText

    @property
    def ancestry_query(self) -> AncestryQuery:
        """The artifacts that match `of`, but not `query`."""
        return AncestryQuery(self.of, f"NOT ({self.query})")

    @model_validator(mode="after")
    def _require_valid_query(self, info: ValidationInfo) -> Self:
        self.ancestry_query.require_valid(info)
        return self


class Registered(_Rule):
    """Every artifact in the ancestry is registered; none is known by its id alone."""

    scope = "ancestry"
    rule: Literal["registered"]


class NotDeleted(_Rule):
    """No artifact in the ancestry was deleted."""

    scope = "ancestry"
    rule: Literal["not_deleted"]


class Hashed(_Rule):
    """Each registered artifact in the ancestry that `where` selects has a content hash."""

    scope = "ancestry"
    rule: Literal["hashed"]
    where: QueryText | None = None

    @property
    def ancestry_query(self) -> AncestryQuery:
        """The registered artifacts that `where` selects and that have no content hash."""
        return AncestryQuery("state:registered -hash:*", self.where or "")

    @model_validator(mode="after")
    def _require_valid_query(self, info: ValidationInfo) -> Self:
        self.ancestry_query.require_valid(info)
        return self


class Fresh(_Rule):
    """No ancestor, or no source, is older than an age or a date."""

    scope = "ancestry"
    rule: Literal["fresh"]
    max_age: Instant | None = None
    created_after: Instant | None = None
    of: Literal["ancestors", "sources"] = "ancestors"
    when_missing: Outcome = "fail"

    @model_validator(mode="after")
    def _require_one_bound(self) -> Self:
        if (self.max_age is None) == (self.created_after is None):
            raise ValueError("give either max_age (such as 90d) or created_after (such as 2026-01-31)")
        return self

    def oldest(self, now: datetime) -> int:
        """Return the first instant that is fresh, in microseconds since 1970."""
        span = period(self.max_age or self.created_after or "", now)
        assert span is not None
        return span[0] if self.max_age is not None else span[1]


class Stale(_Rule):
    """No input that `where` selects lies further behind the newest version of its name than is allowed."""

    scope = "ancestry"
    rule: Literal["stale"]
    where: QueryText | None = None
    max_versions: MaxChanges = Field(0, description="Newer versions that an input may have.")
    aliases: bool = Field(True, description="False: an alias that an input held may have moved on.")


class Sealed(_Rule):
    """The artifact has a seal that was made with one of these keys, and still holds."""

    scope = "artifact"
    rule: Literal["sealed"]
    keys: list[Pem] = Field(min_length=1, max_length=10, description="Public Ed25519 keys, each a text in PEM.")
    claims: bool = Field(False, description="True: tags and metadata must be as sealed, too.")


class Types(_Rule):
    """Each of these types occurs in the ancestry."""

    scope = "ancestry"
    rule: Literal["types"]
    required: list[Name] = Field(min_length=1, max_length=50)


class NoWorse(_NumberRule):
    """A number is no worse than that of the artifact that holds the alias, within a margin."""

    scope = "holder"
    rule: Literal["no_worse"]
    better: Literal["higher", "lower"] = "higher"
    margin: Margin | None = None
    margin_percent: Margin | None = Field(None, description="Margin as a percentage of the holder's number.")
    if_none: Outcome = "pass"

    @model_validator(mode="after")
    def _require_one_margin(self) -> Self:
        if self.margin is not None and self.margin_percent is not None:
            raise ValueError("give either margin or margin_percent, not both")
        return self


class LineageChange(_Rule):
    """Few sources were added or removed, compared with the artifact that holds the alias."""

    scope = "holder"
    rule: Literal["lineage_change"]
    max_added: MaxChanges | None = None
    max_removed: MaxChanges | None = None
    same: Literal["id", "content", "name"] = Field(
        "content", description="Two sources are the same by id, or else by content hash, or by name and type."
    )
    if_none: Outcome = "pass"

    @model_validator(mode="after")
    def _require_bounds(self) -> Self:
        if self.max_added is None and self.max_removed is None:
            raise ValueError("give max_added, max_removed or both")
        return self
