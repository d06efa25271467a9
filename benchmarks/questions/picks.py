"""Selection of similar artifacts to ask for in turn, so that answers do not come from a cache alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

from benchmarks.history import MODEL, PER_RUN, History
from benchmarks.measure import Trial

PICKS = 30
PARENTS = 3
"""Number of parents of each picked artifact: equal at every size, so that answers are equally large."""


def models(history: History) -> list[int]:
    """Return the positions of `PICKS` models with three parents, spread over the history."""
    runs = history.size // PER_RUN
    positions = (run * PER_RUN + MODEL for run in range(runs // 10, runs))
    similar = [position for position in positions if len(history.parents_of(position)) == PARENTS]
    return similar[:: max(1, len(similar) // PICKS)][:PICKS]


def ids(history: History) -> list[str]:
    """Return the ids of these models."""
    return [history.id_of(position) for position in models(history)]


def hashes(history: History) -> list[str]:
    """Return the content hashes of these models."""
    return [history.entry(position)["content_hash"] for position in models(history)]


def in_turn(call: Callable[[Any], Any], picks: list[Any], **options: Any) -> Trial:
    """Return a `Trial` that calls with one pick after the other."""
    turns = cycle(picks)
    return Trial(call, prepare=lambda: next(turns), **options)
