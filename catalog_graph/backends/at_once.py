"""Questions that do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class AtOnce:
    """A backend that may work on several questions at a time; this one takes them in turn."""

    def _begun(self, question: Callable[[], T]) -> Callable[[], T]:
        """Begins with a question, and answers what waits for its answer."""
        answer = question()
        return lambda: answer
