"""Instants: read from ISO-8601 text, kept as whole microseconds, written as UTC with `+00:00`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from catalog_graph.errors import InvalidInput

Zone = Literal["local", "utc"]
"""How an instant without an offset is read: in the machine's zone, or as UTC."""

Instant = str | datetime
"""What an instant may be given as: a text of ISO-8601, or a `datetime`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> str:
    """The present instant."""
    return _text(datetime.now(UTC))


def normalised(text: str, zone: Zone, field: str = "created_at") -> str:
    """`text` as UTC with microseconds; `InvalidInput` names `field` where it is no instant."""
    return read(text, zone, field)[0]


def checked(given: Instant, zone: Zone, field: str) -> str:
    """The same of an instant that may be given as either; `InvalidInput` where it is neither."""
    text = given.isoformat() if isinstance(given, datetime) else given
    if not isinstance(text, str):
        kind = type(given).__name__
        raise InvalidInput(f"{field} must be a datetime, or text in ISO-8601, not a {kind}", field=field)
    return normalised(text, zone, field)


def read(text: str, zone: Zone, field: str = "created_at") -> tuple[str, int]:
    """`text` likewise, and its whole microseconds since 1970."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC) if zone == "utc" else instant.astimezone()
        instant = instant.astimezone(UTC)
        return _text(instant), _since_epoch(instant)
    except (ValueError, OverflowError, OSError) as cause:
        raise InvalidInput(
            f"{field} {text!r} is not an instant; write ISO-8601, as 2026-03-01T12:00:00+00:00",
            field=field,
        ) from cause


def microseconds(text: str) -> int:
    """Whole microseconds since 1970 of an instant that `normalised` has written."""
    return _since_epoch(datetime.fromisoformat(text))


def from_microseconds(value: int) -> str:
    """The inverse of `microseconds`."""
    return _text(_EPOCH + timedelta(microseconds=value))


def _since_epoch(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")
