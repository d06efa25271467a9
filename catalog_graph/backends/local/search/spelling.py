"""Spelling suggestions: existing words in place of those that no artifact contains."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from catalog_graph.backends.local.search import finding
from catalog_graph.query.selection import Selection
from catalog_graph.query.spelling import LONGEST, MAX_COUNT, max_edits, nearest
from catalog_graph.query.text import SEPARATOR
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
