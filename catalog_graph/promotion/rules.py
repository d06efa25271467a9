"""The rules of a policy, one class a rule; `docs/promotion.md` has each with an example."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from catalog_graph.aliases import checked_alias
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput
from catalog_graph.query.periods import period

MAX_RULES = 100
Otherwise = Literal["fail", "pass", "undecided"]
"""What comes of a rule where what it asks about is not there."""


Asked = tuple[str, str]
"""Two texts of the query language that both have to match, each read by itself; the second may be empty."""


def _readable(query: str) -> str:
    if not query.strip():
        raise ValueError("the query is empty; write one, as type:Dataset")
    _require_readable((query, ""))
    return query


def _require_readable(asked: Asked) -> None:
    from catalog_graph.query.language import parse_all

    try:
        parse_all(asked)
    except InvalidInput as error:
        raise ValueError(error.message) from None


def _instant(text: str) -> str:
    if period(text, datetime.now(UTC)) is None:
        raise ValueError(f"a date such as 2026-01-31 or an age such as 30d is expected, not {text[:40]!r}")
    return text


def _alias(text: str) -> str:
    try:
        return checked_alias(text)
    except InvalidInput as error:
        raise ValueError(error.message) from None


def escaped(key: str) -> str:
    """A tag's key as the query language takes it."""
    return re.sub(r'([\\\s"():<>*-])', r"\\\1", key)


def quoted(value: str) -> str:
    """A value as the query language takes it."""
    doubled = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{doubled}"'


Text = Annotated[str, Field(max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=512)]
QueryText = Annotated[str, AfterValidator(_readable)]
Count = Annotated[int, Field(ge=1)]
Change = Annotated[int, Field(ge=0)]
Margin = Annotated[FiniteFloat, Field(ge=0)]


class _Part(BaseModel):
    """What is not known is refused: a rule that is misspelt would be a rule that is not kept."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Rule(_Part):
    scope: ClassVar[Literal["artifact", "ancestry", "holder"]]
    name: Text = Field("", description="What the report calls it; the rule itself where it is not given.")
    why: Text = Field("", description="Shown where the rule does not hold.")

    @property
    def asked(self) -> Asked | None:
        """What it asks of the whole ancestry, if it does."""
        return None


class _OfNumber(_Rule):
    """A rule about a number of an artifact: a tag, or a place in its metadata."""

    tag: Text | None = None
    metadata: Text | None = Field(None, description="A path into the metadata, with dots, as metrics.f1.")
    when_missing: Otherwise = "fail"

    @property
    def key(self) -> str:
        """Where the number is."""
        return f"tag {self.tag}" if self.tag is not None else f"metadata {self.metadata}"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.tag is None) == (self.metadata is None):
            raise ValueError("give one of tag and metadata: where the number is")
        return self


class Matches(_Rule):
    """The artifact matches a query."""

    scope = "artifact"
    rule: Literal["matches"]
    query: QueryText


class Metric(_OfNumber):
    """A number of the artifact lies within bounds, both included."""

    scope = "artifact"
    rule: Literal["metric"]
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}: nothing lies between")
        return self


class Approved(_Rule):
    """A tag names who approved: the artifact, or every ancestor or source that `where` chooses."""

    scope = "ancestry"
    rule: Literal["approved"]
    tag: Text
    by: list[Name] = Field(
        [], min_length=1, max_length=50, description="Whose approval counts; anybody's where it is not given."
    )
    at_least: Count = 1
    of: Literal["artifact", "ancestors", "sources"] = "artifact"
    where: QueryText | None = None

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.of == "ancestors" and (self.at_least > 1 or not self.by):
            raise ValueError("of ancestors it is asked whether one of some people approved: give by, and no at_least")
        if self.of == "artifact" and self.where is not None:
            raise ValueError("where chooses among ancestors or sources; the artifact itself is one")
        if self.by and self.at_least > len(set(self.by)):
            raise ValueError(f"at_least {self.at_least} cannot be met by {len(set(self.by))} who count")
        if self.asked is not None:
            _require_readable(self.asked)
        return self

    @property
    def asked(self) -> Asked | None:
        """Of ancestors, what `where` chooses and nobody in `by` approved."""
        if self.of != "ancestors":
            return None
        approved = " OR ".join(f"tag.{escaped(self.tag)}:{quoted(person)}" for person in self.by)
        return f"NOT ({approved})", self.where or ""


class Forbid(_Rule):
    """Nothing in the ancestry matches a query."""

    scope = "ancestry"
    rule: Literal["forbid"]
    query: QueryText

    @property
    def asked(self) -> Asked:
        """The query itself."""
        return self.query, ""


class Require(_Rule):
    """Something in the ancestry matches a query."""

    scope = "ancestry"
    rule: Literal["require"]
    query: QueryText
    at_least: Count = 1

    @property
    def asked(self) -> Asked:
        """The query itself."""
        return self.query, ""


class Every(_Rule):
    """Whatever in the ancestry matches `of` matches `query` too."""

    scope = "ancestry"
    rule: Literal["every"]
    of: QueryText
    query: QueryText

    @property
    def asked(self) -> Asked:
        """What matches `of` alone."""
        return self.of, f"NOT ({self.query})"

    @model_validator(mode="after")
    def _both(self) -> Self:
        _require_readable(self.asked)
        return self


class Registered(_Rule):
    """Nothing in the ancestry is known by its id alone."""

    scope = "ancestry"
    rule: Literal["registered"]


class NotDeleted(_Rule):
    """Nothing in the ancestry was deleted."""

    scope = "ancestry"
    rule: Literal["not_deleted"]


class Hashed(_Rule):
    """Everything in the ancestry that is registered, and that `where` chooses, has a content hash."""

    scope = "ancestry"
    rule: Literal["hashed"]
    where: QueryText | None = None

    @property
    def asked(self) -> Asked:
        """What has none."""
        return "state:registered -hash:*", self.where or ""

    @model_validator(mode="after")
    def _both(self) -> Self:
        _require_readable(self.asked)
        return self


class Fresh(_Rule):
    """No ancestor, or no source, is older than that."""

    scope = "ancestry"
    rule: Literal["fresh"]
    max_age: Annotated[str, AfterValidator(_instant)] | None = None
    created_after: Annotated[str, AfterValidator(_instant)] | None = None
    of: Literal["ancestors", "sources"] = "ancestors"
    when_missing: Otherwise = "fail"

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.max_age is None) == (self.created_after is None):
            raise ValueError("give one of max_age (as 90d) and created_after (as 2026-01-31)")
        return self

    def oldest(self, now: datetime) -> int:
        """The first instant that is fresh, in microseconds since 1970."""
        found = period(self.max_age or self.created_after or "", now)
        assert found is not None
        return found[0] if self.max_age is not None else found[1]


class Types(_Rule):
    """Each of these types occurs in the ancestry."""

    scope = "ancestry"
    rule: Literal["types"]
    required: list[Name] = Field(min_length=1, max_length=50)


class NoWorse(_OfNumber):
    """A number is no worse than that of the artifact that holds the alias, but for a margin."""

    scope = "holder"
    rule: Literal["no_worse"]
    better: Literal["higher", "lower"] = "higher"
    margin: Margin | None = None
    margin_percent: Margin | None = Field(None, description="Of the holder's number.")
    if_none: Otherwise = "pass"

    @model_validator(mode="after")
    def _one_margin(self) -> Self:
        if self.margin is not None and self.margin_percent is not None:
            raise ValueError("give margin or margin_percent, not both")
        return self


class LineageChange(_Rule):
    """Few sources come or go, compared with the artifact that holds the alias."""

    scope = "holder"
    rule: Literal["lineage_change"]
    max_added: Change | None = None
    max_removed: Change | None = None
    same: Literal["id", "content", "name"] = Field(
        "content", description="Sources are the same by id; or else by content hash, or by name and type."
    )
    if_none: Otherwise = "pass"

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.max_added is None and self.max_removed is None:
            raise ValueError("give max_added, max_removed or both")
        return self


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
    | Types
    | NoWorse
    | LineageChange,
    Field(discriminator="rule"),
]


class Policy(_Part):
    """What has to hold before an artifact is promoted: every rule."""

    policy: Text = Field("", description="What the report calls it.")
    alias: Annotated[str, AfterValidator(_alias)] | None = Field(
        None, description="Whose holder the artifact is compared with, where nothing else is asked for."
    )
    max_artifacts: Annotated[int, Field(ge=1, le=MAX_NODES)] = Field(
        MAX_NODES, description="Of a larger ancestry, what needs all of it is undecided."
    )
    rules: list[Rule] = Field(min_length=1, max_length=MAX_RULES)

    def asked(self) -> list[Asked]:
        """What its rules ask of the whole ancestry."""
        return [asked for rule in self.rules if (asked := rule.asked) is not None]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types, without what is as it is by default."""
        return self.model_dump(mode="json", exclude_defaults=True)
