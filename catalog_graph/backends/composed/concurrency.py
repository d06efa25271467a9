"""Queries of one request that do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")


class Concurrency:
    """A store that may run several queries at a time; this class runs each when its result is needed."""

    def begin(self, query: Callable[[], T]) -> Callable[[], T]:
        """Start a query, and return a function that waits for its result.

        A query whose result nobody waits for ends by itself, at its own time limit at the latest.
        """
        return cache(query)
