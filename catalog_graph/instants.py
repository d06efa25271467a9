"""Instants: parsed from ISO 8601, kept as whole microseconds, written in UTC with `+00:00`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from catalog_graph.errors import InvalidInput

Zone = Literal["local", "utc"]
"""The time zone of an instant without an offset: UTC, or the machine's in what FlowyML wrote."""

Instant = str | datetime
"""An instant as callers pass it: a text in ISO 8601, or a `datetime`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> str:
    """Return the present instant."""
    return _text(datetime.now(UTC))


def normalised(text: str, field: str = "created_at") -> str:
    """Return `text`, which is in UTC unless it has an offset, in UTC with microseconds.

    Raises `InvalidInput`, naming `field`, if it is not an instant.
    """
    return read(text, "utc", field)[0]


def checked_instant(instant: Instant, field: str) -> str:
    """Return an instant in UTC with microseconds.

    Raises `InvalidInput`, naming `field`, if it is not one, or a `datetime` without a time zone.
    """
    if isinstance(instant, datetime) and instant.utcoffset() is None:
        raise InvalidInput(f"{field} {instant!r} has no time zone; use datetime.now(UTC)", field=field)
    text = instant.isoformat() if isinstance(instant, datetime) else instant
    if not isinstance(text, str):
        kind = type(instant).__name__
        raise InvalidInput(f"{field} must be a datetime, or text in ISO 8601, not a {kind}", field=field)
    return normalised(text, field)


def read(text: str, zone: Zone, field: str = "created_at") -> tuple[str, int]:
    """Return `text` in UTC with microseconds, and its whole microseconds since 1970."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC) if zone == "utc" else instant.astimezone()
        instant = instant.astimezone(UTC)
        return _text(instant), _since_epoch(instant)
    except (ValueError, OverflowError, OSError) as cause:
        raise InvalidInput(
            f"{field} {text!r} is not an instant; write ISO 8601, such as 2026-03-01T12:00:00+00:00",
            field=field,
        ) from cause


def microseconds(text: str) -> int:
    """Return the whole microseconds since 1970 of an instant that `normalised` returned."""
    return _since_epoch(datetime.fromisoformat(text))


def from_microseconds(value: int) -> str:
    """Return the text of an instant in microseconds since 1970."""
    return _text(instant_at(value))


def instant_at(value: int) -> datetime:
    """Return the instant of these microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def _since_epoch(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")
