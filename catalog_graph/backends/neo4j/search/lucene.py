"""Lucene queries from terms: only quoted phrases, so that no text of a user is ever syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_CLAUSES = 200
"""Maximum clauses; Lucene allows 1,024. Candidates are checked again, so leaving clauses out loses nothing."""


def phrase(term: str) -> str:
    """Return the query for one term; in the index each term is a single keyword, blanks included.

    Backslashes and quotes are written by their code: in a range, Lucene would read the quote after an escaped backslash
    as an escaped quote.
    """
    escaped = term.replace("\\", "\\u005C").replace('"', "\\u0022")
    return f'"{escaped}"'


def span(low: str, high: str) -> str:
    """Return the query for any term from `low` to `high`, both included."""
    return f"[{phrase(low)} TO {phrase(high)}]"


def conjunction(clauses: Iterable[str]) -> str:
    """Return the query for all clauses; each pair needs an operator, or both would read as one."""
    return " AND ".join(list(dict.fromkeys(clauses))[:MAX_CLAUSES])


def fuzzy(word: str, edits: int) -> str:
    """Return the query for terms at most `edits` from a word of letters, dots, hyphens and underscores."""
    escaped = word.replace("-", "\\-")
    return f"{escaped}~{edits}"


def fuzzy_token(term: str, edits: int) -> str:
    """Return the query for tokens at most `edits` from another; each of its signs is escaped."""
    escaped = re.sub(r"([^\w\x1f])", r"\\\1", term)
    return f"{escaped}~{edits}"
