"""Intervals: when an artifact was registered, or an edge present. Both merge by the same rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """A time from `start` until `end`; an empty `end` is the present. Instants are normalised texts."""

    start: str
    end: str = ""
    by: str = ""
    """`deletion` if the deletion of the child ended an edge."""
    card: tuple[str, str, str | None, str] | None = None
    """Name, type, version and `created_at` that an artifact had last in a life before the present one."""


def union(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """Return the intervals of two copies of one thing, in order.

    Intervals that overlap are one, which begins with the first. It ends if either copy says so: an end is later than
    the begin that it overlaps. What begins after that end is an interval of its own. Merging again changes nothing.
    """
    if left == right or not right:
        return list(left)
    merged: list[Interval] = []
    for interval in sorted({*left, *right}, key=lambda i: (i.start, i.end or "~", i.by, i.card is not None)):
        last = merged[-1] if merged else None
        if last is None or (last.end and interval.start >= last.end and interval.start != last.start):
            merged.append(interval)
        else:
            merged[-1] = _joined(last, interval)
    return merged


def at(intervals: Iterable[Interval], instant: str) -> list[Interval]:
    """Return the intervals as they were known at an instant."""
    return [i if i.end <= instant else Interval(i.start) for i in intervals if i.start <= instant]


def is_open(intervals: Sequence[Interval]) -> bool:
    """Return True if the last interval lasts until the present."""
    return bool(intervals) and not intervals[-1].end


def _joined(first: Interval, second: Interval) -> Interval:
    if not first.end or not second.end:
        ended = first if first.end else second
    else:
        ended = max(first, second, key=lambda i: i.end)
    return Interval(first.start, ended.end, ended.by or first.by or second.by, ended.card or first.card or second.card)
