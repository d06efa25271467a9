"""Did you mean: words that nothing contains, and the nearest words that exist.

A word is looked for among those at most one edit away where it has up to five letters, two where it has more, as search
engines do; an edit puts in, takes out or replaces a letter, or swaps two neighbours. The nearest wins, then the
one that more artifacts have (up to 1,000), then the first in the order of code points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog_graph.query.language import Leaf

SHORTEST, LONGEST = 3, 40
"""Letters of a word that is corrected."""
MAX_WORDS = 8
"""Words of one query that are looked at."""
COUNTED = 1_000
"""Where so many artifacts have a word, it does not matter how many more do."""

_WORD = re.compile(r"[^\W\d_](?:[^\W\d]|[.-])*")
"""Words with digits are names and numbers, whose neighbours mean something else."""

Near = Mapping[str, Mapping[str, int]]
"""By word that nothing contains: the existing words near it, and how many artifacts (up to 1,000) have each."""


def is_word(text: str) -> bool:
    """Whether `text`, folded, is a word that may be misspelt, or meant."""
    return _WORD.fullmatch(text) is not None


def reach(word: str) -> int:
    """How many edits away another word may be."""
    return 1 if len(word) <= 5 else 2


def distance(left: str, right: str, most: int) -> int:
    """Edits from one word to the other, no letter edited twice (optimal string alignment); `most` + 1 for more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if last and j > 1 and a == right[j - 2] and b == left[i - 2]:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
        if min(row) > most and min(before) >= most:
            return most + 1
    return min(row[-1], most + 1)


def nearest(word: str, existing: Iterable[str]) -> list[str]:
    """Those of the existing words that are the fewest edits away, if any is near."""
    by_distance: dict[int, list[str]] = {}
    most = reach(word)
    letters = set(word)
    for other in existing:
        # Each edit brings or takes one kind of letter at most, or one of each.
        if len(letters.symmetric_difference(other)) <= 2 * most and is_word(other):
            by_distance.setdefault(distance(word, other, most), []).append(other)
    return next((by_distance[edits] for edits in range(1, most + 1) if edits in by_distance), [])


def corrected(text: str, found_some: bool, near: Callable[[Sequence[str]], Near]) -> str | None:
    """`text` with words that exist, or `None` where there is nothing to correct.

    Where the text found something, the words that it requires need no look. `near` is asked once at most.
    """
    from catalog_graph.query.language import leaves

    asked = [leaf for leaf in leaves(text) if not (found_some and leaf.required)]
    words = [word for word in dict.fromkeys(w for leaf in asked for w in leaf.folded.split()) if _correctable(word)]
    if not words:
        return None
    meant = {word: _best(existing) for word, existing in near(words[:MAX_WORDS]).items() if existing}
    for leaf in reversed(asked):
        if meant.keys() & set(leaf.folded.split()):
            text = text[: leaf.start] + _written(leaf, meant) + text[leaf.start + leaf.length :]
    return text if meant else None


def quoted(folded: str) -> str:
    """A phrase of the query language that looks for `folded`."""
    escaped = folded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _correctable(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and is_word(word)


def _best(existing: Mapping[str, int]) -> str:
    return min(existing, key=lambda word: (-existing[word], word))


def _written(leaf: Leaf, meant: Mapping[str, str]) -> str:
    words = " ".join(meant.get(word, word) for word in leaf.folded.split())
    return quoted(words) if leaf.quoted or " " in words else words
