"""Lucene query strings out of terms: quoted phrases alone, so that nothing a user wrote is ever syntax."""

from __future__ import annotations

from collections.abc import Iterable

MAX_CLAUSES = 200
"""Lucene takes 1,024; candidates are checked again, so that fewer lose nothing."""
HIGHEST = "\U0010ffff"


def phrase(term: str) -> str:
    """One term; in the index each is a single keyword, blanks and all.

    The two signs that mean something inside quotes go by their number: in a range, Lucene would take the quote behind
    an escaped backslash for an escaped quote.
    """
    escaped = term.replace("\\", "\\u005C").replace('"', "\\u0022")
    return f'"{escaped}"'


def span(low: str, high: str) -> str:
    """Any term from `low` to `high`, both included."""
    return f"[{phrase(low)} TO {phrase(high)}]"


def conjunction(clauses: Iterable[str]) -> str:
    """All of these; two without an operator between them would be one."""
    return " AND ".join(list(dict.fromkeys(clauses))[:MAX_CLAUSES])


def fuzzy(word: str, edits: int) -> str:
    """Terms at most so many edits from a word of letters, points, hyphens and low lines."""
    escaped = word.replace("-", "\\-")
    return f"{escaped}~{edits}"
