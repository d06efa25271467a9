"""The clock of the file: instants as our tables keep them."""

from __future__ import annotations

import time


def now() -> int:
    """Return the present instant in microseconds since 1970."""
    return time.time_ns() // 1000
