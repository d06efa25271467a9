"""What a search text means: an OR of ANDs over terms, parts of words, ranges and fields.

The form is flat on purpose: a store reads it as a parameter, so that no query's text is ever built from
what a user wrote. Terms and search texts are made by `catalog_graph.query.text`, for artifacts and for
queries alike.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Some term of the artifact lies between `low` and `high`, both included (in code-point order)."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Field:
    """The field `name` (`artifact_id`, `content_hash`, `source_run_id`, `uri`, `state`) equals `value`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All of these hold."""

    has: tuple[str, ...] = ()
    """Terms that the artifact has."""
    lacks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """Texts that stand somewhere in the artifact's search text."""
    lacks_parts: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    lacks_ranges: tuple[Range, ...] = ()
    equals: tuple[Field, ...] = ()
    differs: tuple[Field, ...] = ()
    created_from: int | None = None
    """Microseconds since 1970: created then or later."""
    created_before: int | None = None
    """Microseconds since 1970: created earlier than that."""


@dataclass(frozen=True, slots=True)
class Query:
    """Any of the conjunctions holds; `words` (folded, positive) decide the order of what matches.

    Tiers, best first: 0, the compact name equals the words run together; 1, it starts with them; 2, each
    word is a term of the artifact; 3, the rest. Within a tier the newest first, then by id, highest first.
    Without words everything is in one tier.
    """

    any_of: tuple[Conjunction, ...]
    words: tuple[str, ...] = ()
    compact: str = ""
    """The words run together, as `text.compact_name` does with a name."""


MATCH_ALL = Query(any_of=(Conjunction(),))
