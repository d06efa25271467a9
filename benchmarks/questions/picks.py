"""Which artifacts are asked for: many alike, in turn, so that no cache answers alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

from benchmarks.history import MODEL, PER_RUN, History
from benchmarks.measure import Ask

PICKS = 30
PARENTS = 3
"""Of each artifact that is picked: the same at every size, so that an answer is as large."""


def models(history: History) -> list[int]:
    """Positions of models all over the history, each with three parents."""
    runs = history.size // PER_RUN
    found = (run * PER_RUN + MODEL for run in range(runs // 10, runs))
    alike = [position for position in found if len(history.parents_of(position)) == PARENTS]
    return alike[:: max(1, len(alike) // PICKS)][:PICKS]


def ids(history: History) -> list[str]:
    """Their ids."""
    return [history.id_of(position) for position in models(history)]


def hashes(history: History) -> list[str]:
    """Their content hashes."""
    return [history.entry(position)["content_hash"] for position in models(history)]


def in_turn(call: Callable[[Any], Any], picked: list[Any], **more: Any) -> Ask:
    """An `Ask` that calls with one pick after the other."""
    turn = cycle(picked)
    return Ask(call, prepare=lambda: next(turn), **more)
