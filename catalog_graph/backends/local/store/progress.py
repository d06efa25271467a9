"""The line that says how far the first reading of a large file is."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SILENT_SECONDS = 1.0
"""A reading that is done by then is not worth a line."""


class ProgressLine:
    """Told how many rows of a file are read, and of how many, it keeps a line on standard error up to date.

    Where that is no terminal, the line is written once, when it is clear that the reading takes its time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began: float | None = None
        self._said = False

    def __call__(self, done: int, total: int) -> None:
        """So many of the rows are read."""
        if done >= total:
            if self._said and sys.stderr.isatty():
                self._say(total, total, end="\n")
            self._began, self._said = None, False
            return
        self._began = self._began or time.monotonic()
        if time.monotonic() - self._began < SILENT_SECONDS or sys.stderr is None:
            return
        if sys.stderr.isatty():
            self._say(done, total, end="")
        elif not self._said:
            self._say(done, total, end="\n")
        self._said = True

    def _say(self, done: int, total: int, end: str) -> None:
        start = "\r" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{start}catalog: indexing {self._path}, this once: {done:,} of {total:,} rows{end}")
        sys.stderr.flush()
