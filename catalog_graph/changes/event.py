"""Events: changes as whoever follows a catalog gets them, each with its place in the record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, Self

from catalog_graph.changes.change import Change, ChangeKind
from catalog_graph.errors import InvalidInput

EventKind = ChangeKind | Literal["missing"]

PLACE = r"([0-9]{1,18})(?:\.([0-9]{1,9}))?"
"""Pattern of a place as text: the number of a transaction, and the position of a change in it."""
_END = 10**9
"""Position behind the last change of any transaction."""


class Place(NamedTuple):
    """A place in the change record: behind a change of a transaction, or behind all of them."""

    number: int
    position: int = _END

    @classmethod
    def of(cls, value: Any) -> Self:
        """Return the place that a number of a transaction or the id of an event names. Raises `InvalidInput`."""
        match = re.fullmatch(PLACE, str(value)) if isinstance(value, int | str) and value is not True else None
        if match is None:
            raise InvalidInput(
                f"after {str(value)[:40]!r} must be the number of a transaction, such as 41, or the id of an event, "
                "such as 41.3",
                field="after",
            )
        return cls(int(match[1]), _END if match[2] is None else int(match[2]))

    def __str__(self) -> str:
        return str(self.number) if self.position == _END else f"{self.number}.{self.position}"


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an artifact or alias, or the news that changes are missing."""

    id: str
    """Its place, with which a reader resumes behind it: `41.3` is the fourth change of transaction 41."""
    number: int
    """Number of the transaction."""
    at: str
    kind: EventKind
    """As of a change; `missing`: changes from `details["first"]` to `details["last"]` are no longer recorded."""
    artifact_id: str | None
    details: dict[str, Any]
    artifact: dict[str, Any] | None
    """Name, type, version, state and aliases of the artifact when the event was read; `None` if nothing is known."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the event that `to_dict` converted."""
        return cls(**{name: data[name] for name in cls.__slots__})


def event_of(place: Place, change: Change, artifact: dict[str, Any] | None) -> Event:
    """Return a change as an event."""
    return Event(str(place), change.number, change.at, change.kind, change.artifact_id, change.details, artifact)


def missing(first: int, last: int, at: str) -> Event:
    """Return the event that tells a reader of the transactions that are no longer recorded."""
    details = {
        "first": first,
        "last": last,
        "message": "these transactions are no longer recorded; read the catalog anew for what they changed",
    }
    return Event(str(Place(last)), last, at, "missing", None, details, None)
