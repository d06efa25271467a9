"""Spelling suggestions: existing words in place of those that no artifact contains."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from catalog_graph.backends.local.search import finding
from catalog_graph.query.selection import Selection
from catalog_graph.query.spelling import LONGEST, MAX_COUNT, MAX_WORDS, max_edits, nearest, similar
from catalog_graph.query.text import HIGHEST, SEPARATOR
from catalog_graph.query.writing import phrase

_WORDS = (
    f"SELECT DISTINCT term FROM cg_label_term WHERE length(term) BETWEEN ? AND ? AND term NOT GLOB '*[0-9{SEPARATOR}]*'"
)
_COUNT_TERM = (
    "SELECT count(*) FROM (SELECT DISTINCT l.node FROM cg_label_term t CROSS JOIN cg_labelled l ON l.label = t.label "
    f"WHERE t.term = ? LIMIT {MAX_COUNT})"
)


def near(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the words that no artifact contains, each with the existing words near it and their counts."""
    missing = [word for word in words if not finding.find(connection, Selection(phrase(word)), 1, None)[0]]
    return {word: _existing(connection, word) for word in missing}


def _existing(connection: sqlite3.Connection, word: str) -> dict[str, int]:
    """Return the nearest words that artifacts contain, with the number of artifacts of each."""
    edits = max_edits(word)
    terms = connection.execute(_WORDS, (len(word) - edits, min(len(word) + edits, LONGEST + edits)))
    candidates = {term for (term,) in terms}
    while closest := nearest(word, candidates):
        # A label outlives its artifacts, so the nearest words may have none.
        counts = {term: connection.execute(_COUNT_TERM, (term,)).fetchone()[0] for term in closest}
        if any(counts.values()):
            return {term: count for term, count in counts.items() if count}
        candidates.difference_update(closest)
    return {}


# ---- tokens

_EXISTS = "SELECT EXISTS (SELECT 1 FROM cg_label_term t CROSS JOIN cg_labelled l ON l.label = t.label WHERE t.term = ?)"
_BETWEEN = (
    "SELECT DISTINCT term FROM cg_label_term WHERE term > ?1 AND term < ?1 || ?2 AND length(term) BETWEEN ?3 AND ?4"
)
_FIRST_AFTER = "SELECT term FROM cg_label_term WHERE term > ?1 AND term < ?2 ORDER BY term LIMIT 1"


def near_terms(connection: sqlite3.Connection, terms: Sequence[str]) -> dict[str, list[str]]:
    """Return the tokens that no artifact has, each with the last parts of the existing tokens near it."""
    return {term: _existing_near(connection, term) for term in terms if not _exists(connection, term)}


def _exists(connection: sqlite3.Connection, term: str) -> bool:
    return bool(connection.execute(_EXISTS, (term,)).fetchone()[0])


def _existing_near(connection: sqlite3.Connection, term: str) -> list[str]:
    start, _, last = term.rpartition(SEPARATOR)
    start += SEPARATOR
    if start.count(SEPARATOR) == 1:
        candidates = _keys(connection, start)
    else:
        edits = max_edits(last)
        bounds = len(term) - edits, len(term) + edits
        candidates = [term for (term,) in connection.execute(_BETWEEN, (start, HIGHEST, *bounds))]
    near = similar(last, (candidate.removeprefix(start) for candidate in candidates))
    return [each for each in near[:MAX_WORDS] if _exists(connection, start + each)]


def _keys(connection: sqlite3.Connection, start: str) -> list[str]:
    """Return the terms of all keys of tags; the terms of their values are skipped, key by key."""
    keys: list[str] = []
    last, end = start, start + HIGHEST
    while row := connection.execute(_FIRST_AFTER, (last, end)).fetchone():
        key = start + row[0].removeprefix(start).partition(SEPARATOR)[0]
        keys.append(key)
        last = key + SEPARATOR + HIGHEST
    return keys
