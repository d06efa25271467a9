"""The progress line of the backfill."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SILENT_SECONDS = 1.0
"""A backfill that is shorter shows no progress."""


class ProgressLine:
    """Shows on standard error how many rows of a file are read.

    It shows nothing elsewhere than on a terminal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began: float | None = None
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Report that `done` of `total` rows are read."""
        if done >= total:
            if self._shown:
                self._write(total, total, end="\n")
            self._began, self._shown = None, False
            return
        self._began = self._began or time.monotonic()
        if time.monotonic() - self._began < SILENT_SECONDS or sys.stderr is None or not sys.stderr.isatty():
            return
        self._write(done, total, end="")
        self._shown = True

    def _write(self, done: int, total: int, end: str) -> None:
        sys.stderr.write(f"\rcatalog: indexing {self._path} for its first use: {done:,} of {total:,} rows{end}")
        sys.stderr.flush()
