"""Lines that the service prints for a person."""

from __future__ import annotations

import sys
from contextlib import suppress


def print_line(text: str) -> None:
    """Print a line on standard output, if it is still there."""
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
