"""The progress line of the backfill."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SILENT_SECONDS = 1.0
"""A backfill that is shorter shows no progress."""


class ProgressLine:
    """Shows on standard error how many rows of a file are read.

    On a terminal the line is updated; elsewhere it is written once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began: float | None = None
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Report that `done` of `total` rows are read."""
        if done >= total:
            if self._shown and sys.stderr.isatty():
                self._write(total, total, end="\n")
            self._began, self._shown = None, False
            return
        self._began = self._began or time.monotonic()
        if time.monotonic() - self._began < SILENT_SECONDS or sys.stderr is None:
            return
        if sys.stderr.isatty():
            self._write(done, total, end="")
        elif not self._shown:
            self._write(done, total, end="\n")
        self._shown = True

    def _write(self, done: int, total: int, end: str) -> None:
        start = "\r" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{start}catalog: indexing {self._path} for its first use: {done:,} of {total:,} rows{end}")
        sys.stderr.flush()
