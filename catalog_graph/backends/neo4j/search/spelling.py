"""Existing words similar to words that nothing contains, by Lucene's fuzzy queries on the index of terms.

A fuzzy query returns artifacts, not words. It runs again without the words of the last answer, until there are no new
ones. So no list of words is stored, and writing costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog_graph.backends.neo4j.search.lucene import fuzzy, fuzzy_token, phrase
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.query.spelling import MAX_COUNT, MAX_WORDS, distance, max_edits, nearest, similar
from catalog_graph.query.text import SEPARATOR

LOOKED_AT = 500
"""Maximum artifacts whose words one query reads."""
ROUNDS = 10


def near(bolt: Bolt, words: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the words that nothing contains, each with similar existing words and their numbers of artifacts."""
    hits = _probed(bolt, [{"part": word} for word in words], 1)
    missing = [word for word, count in zip(words, hits, strict=True) if not count]
    close = {word: _existing(bolt, word) for word in missing}
    terms = sorted({term for similar in close.values() for term in similar})
    counts = dict(zip(terms, _probed(bolt, [{"lucene": phrase(term)} for term in terms], MAX_COUNT), strict=True))
    return {word: {term: counts[term] for term in similar} for word, similar in close.items()}


def near_terms(bolt: Bolt, terms: Sequence[str]) -> dict[str, list[str]]:
    """Return the tokens that no artifact has, each with the last parts of the existing tokens near it."""
    hits = _probed(bolt, [{"lucene": phrase(term)} for term in terms], 1)
    return {term: _near_token(bolt, term) for term, count in zip(terms, hits, strict=True) if not count}


def _near_token(bolt: Bolt, term: str) -> list[str]:
    start, _, last = term.rpartition(SEPARATOR)
    lucene = fuzzy_token(term, max_edits(last))
    rows = bolt.read("search/near_tokens", lucene=lucene, start=start + SEPARATOR, limit=LOOKED_AT)
    lasts = (token.removeprefix(start + SEPARATOR) for token in rows[0]["tokens"])
    return similar(last, (last for last in lasts if SEPARATOR not in last))[:MAX_WORDS]


def _existing(bolt: Bolt, word: str) -> list[str]:
    for edits in range(1, max_edits(word) + 1):
        terms: dict[str, None] = {}
        for _ in range(ROUNDS):
            seen = "".join(f" AND NOT {phrase(term)}" for term in terms)
            [row] = bolt.read("search/near", lucene=fuzzy(word, edits) + seen, limit=LOOKED_AT, separator=SEPARATOR)
            new = [term for term in row["words"] if distance(word, term, edits) <= edits]
            terms |= dict.fromkeys(new)
            if row["artifacts"] < LOOKED_AT or not new:
                break
        if close := nearest(word, terms):
            return close
    return []


def _probed(bolt: Bolt, sources: list[dict[str, str]], cap: int) -> list[int]:
    return list(bolt.read("search/probe", sources=sources, cap=cap)[0]["hits"]) if sources else []
