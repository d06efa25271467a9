"""Types of the keys of a policy, each with its check; a check's error message ends up in `InvalidPolicy`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, ValidationInfo

from catalog_graph.aliases import checked_alias
from catalog_graph.errors import InvalidInput
from catalog_graph.query.periods import period


class StrictModel(BaseModel):
    """A policy or a rule. An unknown key is refused: a misspelt key would be a condition that nobody checks."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AncestryQuery(NamedTuple):
    """A query over the ancestry of an artifact: two texts, parsed separately, that must both match."""

    where: str
    and_where: str = ""

    def require_valid(self, info: ValidationInfo) -> None:
        """Raise `ValueError`, with the column, if a text cannot be parsed or if both together are too long."""
        from catalog_graph.query.language import parse_all

        language = (info.context or {}).get("language", 1)
        try:
            parse_all(self.in_language(language))
        except InvalidInput as error:
            raise ValueError(error.message) from None

    def in_language(self, language: int) -> AncestryQuery:
        """Return the query with texts of this version of the query language as those of today."""
        return AncestryQuery(in_language(self.where, language), in_language(self.and_where, language))


class OwnQuery(AncestryQuery):
    """A query of which the first text is written by a rule itself, in the query language of today."""

    __slots__ = ()

    def in_language(self, language: int) -> AncestryQuery:  # noqa: D102
        return AncestryQuery(self.where, in_language(self.and_where, language))


def in_language(text: str, language: int) -> str:
    """Return a query of a version of the query language as one of today. Raises `InvalidQuery`."""
    if language == 2:
        return text
    from catalog_graph.query.earlier import rewritten

    return rewritten(text)


def _valid_query(text: str, info: ValidationInfo) -> str:
    if not text.strip():
        raise ValueError("the query is empty; write one, such as type:Dataset")
    AncestryQuery(text).require_valid(info)
    return text


def _valid_instant(text: str) -> str:
    if period(text, datetime.now(UTC)) is None:
        raise ValueError(f"{text[:40]!r} is neither a date such as 2026-01-31 nor an age such as 30d")
    return text


def _valid_alias(text: str) -> str:
    try:
        return checked_alias(text)
    except InvalidInput as error:
        raise ValueError(error.message) from None


def _valid_pem(text: str) -> str:
    if "-----BEGIN PUBLIC KEY-----" not in text:
        raise ValueError("it is no public key in PEM; write its whole text: openssl pkey -in key.pem -pubout")
    return text


Text = Annotated[str, Field(max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=512)]
QueryText = Annotated[str, AfterValidator(_valid_query)]
Instant = Annotated[str, AfterValidator(_valid_instant)]
Pem = Annotated[str, Field(max_length=1024), AfterValidator(_valid_pem)]
"""The text of a public key; a path would name a file of whoever checks the policy."""
AliasName = Annotated[str, AfterValidator(_valid_alias)]
Count = Annotated[int, Field(ge=1)]
MaxChanges = Annotated[int, Field(ge=0)]
Margin = Annotated[FiniteFloat, Field(ge=0)]
