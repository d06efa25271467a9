"""Existing words near ones that nothing contains: found by Lucene's fuzzy queries in the index of terms.

A fuzzy query answers artifacts, not words. It is asked again without the words that the last answer showed, until it
has no more to show: no list of words is kept for it, and writing costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.backends.neo4j.search.lucene import fuzzy, phrase
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.query.spelling import MAX_COUNT, distance, max_edits, nearest
from catalog_graph.query.text import SEPARATOR

LOOKED_AT = 500
"""Artifacts whose words are read at once."""
ROUNDS = 10


def near(bolt: Bolt, words: Sequence[str]) -> dict[str, dict[str, int]]:
    """Those words that nothing contains, with the existing words near each, and how many artifacts have them."""
    hits = _probed(bolt, [{"part": word} for word in words], 1)
    missing = [word for word, found in zip(words, hits, strict=True) if not found]
    close = {word: _existing(bolt, word) for word in missing}
    terms = sorted({term for found in close.values() for term in found})
    counts = dict(zip(terms, _probed(bolt, [{"lucene": phrase(term)} for term in terms], MAX_COUNT), strict=True))
    return {word: {term: counts[term] for term in found} for word, found in close.items()}


def _existing(bolt: Bolt, word: str) -> list[str]:
    for edits in range(1, max_edits(word) + 1):
        found: dict[str, None] = {}
        for _ in range(ROUNDS):
            seen = "".join(f" AND NOT {phrase(term)}" for term in found)
            [row] = bolt.read("search/near", lucene=fuzzy(word, edits) + seen, limit=LOOKED_AT, separator=SEPARATOR)
            new = [term for term in row["words"] if distance(word, term, edits) <= edits]
            found |= dict.fromkeys(new)
            if row["artifacts"] < LOOKED_AT or not new:
                break
        if close := nearest(word, found):
            return close
    return []


def _probed(bolt: Bolt, sources: list[dict[str, str]], cap: int) -> list[int]:
    return list(bolt.read("search/probe", sources=sources, cap=cap)[0]["hits"]) if sources else []
