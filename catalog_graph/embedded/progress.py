"""Progress of a download: reported to a callback, or shown as a bar on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
"""Callback for (bytes so far, total bytes); called from several threads, but never from two at once."""


@contextmanager
def progress_display(progress: Progress | None, label: str) -> Iterator[Progress]:
    """Yield `progress` unless it is None; else show a bar, or nothing if standard error is no terminal."""
    if progress is not None:
        yield progress
    elif sys.stderr.isatty():
        with _bar(label) as bar:
            yield bar
    else:
        yield lambda done, total: None


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label)
        yield lambda done, total: bar.update(task, completed=done, total=total)
