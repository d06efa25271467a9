"""Questions that do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")


class AtOnce:
    """A backend that may work on several questions at a time; this one takes each when its answer is asked for."""

    def _begun(self, question: Callable[[], T]) -> Callable[[], T]:
        """Begins with a question, and answers what waits for its answer.

        One that nobody waits for any more ends by itself, at its own time limit at the latest.
        """
        return cache(question)
