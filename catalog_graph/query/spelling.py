"""Spelling suggestions ("did you mean"): the existing words nearest to words that no artifact contains.

A word of up to five letters may be one edit away, a longer one two, as in common search engines. An edit inserts,
deletes or replaces a letter, or swaps two neighbours. The nearest word wins, then the one that more artifacts contain
(counted up to 1,000), then the first in code-point order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from catalog_graph.query.writing import phrase

if TYPE_CHECKING:
    from catalog_graph.query.leaves import Leaf

SHORTEST = 3
"""Minimum length of a word to correct."""
LONGEST = 40
"""Maximum length of a word to correct."""
MAX_WORDS = 8
"""Maximum number of words of a query to correct."""
MAX_COUNT = 1_000
"""Maximum number of artifacts to count for a word; a word that more contain ranks as if this many did."""

_WORD = re.compile(r"[^\W\d_](?:[^\W\d]|[.-])*")
"""A word to correct has no digits: names and numbers that are near each other mean different things."""
_DIGITS = re.compile(r"\d+")

Near = Mapping[str, Mapping[str, int]]
"""For each word that no artifact contains: the existing words near it, with the number of artifacts of each."""


def is_word(text: str) -> bool:
    """Return True if `text`, which is folded, is a word that may be misspelt, or suggested."""
    return _WORD.fullmatch(text) is not None


def max_edits(word: str) -> int:
    """Return the maximum number of edits between a word and a suggestion for it."""
    return 1 if len(word) <= 5 else 2


def distance(left: str, right: str, limit: int) -> int:
    """Return the number of edits between two words, but at most `limit` + 1.

    No letter is edited twice (the optimal string alignment distance).
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if last and j > 1 and a == right[j - 2] and b == left[i - 2]:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
        if min(row) > limit and min(before) >= limit:
            return limit + 1
    return min(row[-1], limit + 1)


def nearest(word: str, existing: Iterable[str]) -> list[str]:
    """Return the existing words that are the fewest edits away from `word`; none if no word is near."""
    by_distance: dict[int, list[str]] = {}
    limit = max_edits(word)
    letters = set(word)
    for other in existing:
        # An edit adds at most one kind of letter and removes at most one.
        if len(letters.symmetric_difference(other)) <= 2 * limit and is_word(other):
            by_distance.setdefault(distance(word, other, limit), []).append(other)
    return next((by_distance[edits] for edits in range(1, limit + 1) if edits in by_distance), [])


def similar(text: str, existing: Iterable[str]) -> list[str]:
    """Return the existing texts near `text`, the nearest first, in which the same numbers stand."""
    limit, numbers = max_edits(text), _DIGITS.findall(text)
    by_edits = [(distance(text, other, limit), other) for other in existing if _DIGITS.findall(other) == numbers]
    return [other for edits, other in sorted(by_edits) if 0 < edits <= limit]


def corrected(text: str, has_hits: bool, near: Callable[[Sequence[str]], Near]) -> str | None:
    """Return `text` with misspelt words replaced by existing ones; `None` if there is nothing to correct.

    If the text has hits, every word that it requires exists, and only its alternatives are checked. `near` is called
    at most once.
    """
    from catalog_graph.query.leaves import leaves

    checked = [leaf for leaf in leaves(text) if not (has_hits and leaf.required)]
    words = dict.fromkeys(word for leaf in checked for word in leaf.folded.split() if _correctable(word))
    if not words:
        return None
    suggestions = {word: _best(existing) for word, existing in near(list(words)[:MAX_WORDS]).items() if existing}
    for leaf in reversed(checked):
        if suggestions.keys() & set(leaf.folded.split()):
            text = text[: leaf.start] + _rewritten(leaf, suggestions) + text[leaf.start + leaf.length :]
    return text if suggestions else None


def _correctable(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and is_word(word)


def _best(existing: Mapping[str, int]) -> str:
    return min(existing, key=lambda word: (-existing[word], word))


def _rewritten(leaf: Leaf, suggestions: Mapping[str, str]) -> str:
    words = " ".join(suggestions.get(word, word) for word in leaf.folded.split())
    return phrase(words) if leaf.quoted or " " in words else words
