"""Parsed queries: an OR of ANDs over terms, parts of words, ranges and fields.

The form is flat so that a store can take it as a parameter: no statement is ever built from a user's text. Terms and
search texts come from `catalog_graph.query.text`, for artifacts and for queries alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Range:
    """A term of the artifact lies between `low` and `high`, both included, in code-point order."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Field:
    """The field `name` (`artifact_id`, `content_hash`, `source_run_id`, `uri`, `state`) equals `value`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TermConditions:
    """Conditions on the terms of an artifact; all of them must hold."""

    has: tuple[str, ...] = ()
    """Terms that the artifact must have."""
    lacks: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    lacks_ranges: tuple[Range, ...] = ()

    @property
    def require_terms(self) -> bool:
        """True if an artifact without terms does not match."""
        return bool(self.has or self.ranges)

    def hold_for(self, terms: set[str]) -> bool:
        """Return True if the conditions hold for the terms of an artifact."""
        return (
            terms.issuperset(self.has)
            and terms.isdisjoint(self.lacks)
            and all(any(r.low <= term <= r.high for term in terms) for r in self.ranges)
            and not any(r.low <= term <= r.high for r in self.lacks_ranges for term in terms)
        )


@dataclass(frozen=True, slots=True)
class Conjunction(TermConditions):
    """Conditions that must all hold."""

    parts: tuple[str, ...] = ()
    """Texts that the artifact's search text must contain."""
    lacks_parts: tuple[str, ...] = ()
    equals: tuple[Field, ...] = ()
    differs: tuple[Field, ...] = ()
    starts: tuple[Field, ...] = ()
    """Fields whose value must start with this text."""
    lacks_starts: tuple[Field, ...] = ()
    created_from: int | None = None
    """Created at this instant or later, in microseconds since 1970."""
    created_before: int | None = None
    """Created before this instant, in microseconds since 1970."""
    metadata: TermConditions | None = None
    """Conditions on metadata that no index has."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query: an artifact matches if any of the conjunctions holds. `words`, folded, rank the matches.

    Tiers, best first: 0, the compact name equals the joined words; 1, it starts with them; 2, each word is a term of
    the artifact; 3, all others. Within a tier the newest comes first, then the highest id. Without words there is one
    tier.
    """

    any_of: tuple[Conjunction, ...]
    words: tuple[str, ...] = ()
    compact: str = ""
    """The joined words, in the form of `text.compact_name`."""

    @property
    def examines_metadata(self) -> bool:
        """True if it has conditions on metadata that no index has."""
        return any(part.metadata is not None for part in self.any_of)

    def without_metadata(self) -> Query:
        """Return the query without its conditions on metadata that no index has, which may match more."""
        return replace(self, any_of=tuple(replace(part, metadata=None) for part in self.any_of))


MATCH_ALL = Query(any_of=(Conjunction(),))
