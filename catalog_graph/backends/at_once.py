"""Questions that do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


class AtOnce:
    """A backend that may work on two questions at a time; this one takes them in turn."""

    def _both(self, one: Callable[[], S], other: Callable[[], T]) -> tuple[S, T]:
        """The answers of both."""
        return one(), other()
