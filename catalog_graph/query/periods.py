"""Dates and ages in a query: a date is a whole day, month or year, an age an instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from catalog_graph.errors import InvalidInput
from catalog_graph.instants import microseconds, normalised

AGES = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}
"""Units of an age: `7d` is the instant seven days ago; a month has 30 days, a year 365."""

_AGE = re.compile(r"(\d{1,6})(min|h|d|w|mo|y)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def may_have_age(text: str) -> bool:
    """Return True if a query may have an age, so that its meaning depends on the present instant."""
    return _AGE.search(text.casefold()) is not None


def period(text: str, now: datetime) -> tuple[int, int] | None:
    """Return the first microsecond of the period that `text` names, and the first one after it.

    Both are the same for an age, which is an instant. Days, months and years are those of UTC, and an instant without
    an offset is in UTC. Return `None` if `text` is neither a date, an instant nor an age.
    """
    try:
        if age := _AGE.fullmatch(text.casefold()):
            at = _micros(now - int(age[1]) * AGES[age[2]])
            return at, at
        if date := _DATE.fullmatch(text):
            return _whole(int(date[1]), date[2], date[3])
        at = microseconds(normalised(text))
        return at, at + 1
    except (InvalidInput, ValueError, OverflowError):
        return None


def _whole(year: int, month: str | None, day: str | None) -> tuple[int, int]:
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        end = start + timedelta(days=1)
    elif month:
        end = (start + timedelta(days=32)).replace(day=1)
    else:
        end = start.replace(year=year + 1)
    return _micros(start), _micros(end)


def _micros(instant: datetime) -> int:
    return microseconds(instant.isoformat())
