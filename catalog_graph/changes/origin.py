"""The origin of a change: the key and the request that a write transaction stores with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The key and the request that make a change; either may be empty."""

    by: str = ""
    request_id: str = ""


FLOWYML = Origin("FlowyML")
"""The origin of what FlowyML wrote into the same file, past this package."""

_NOBODY = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOBODY)


def origin() -> Origin:
    """Return the origin of the changes that this context makes."""
    return _origin.get()


def set_origin(by: str, request_id: str) -> None:
    """Set the origin of the changes that this context makes from now on."""
    _origin.set(Origin(by, request_id))


@contextmanager
def changes_by(by: str, request_id: str = "") -> Iterator[None]:
    """Set the origin of the changes that are made inside."""
    token = _origin.set(Origin(by, request_id))
    try:
        yield
    finally:
        _origin.reset(token)
