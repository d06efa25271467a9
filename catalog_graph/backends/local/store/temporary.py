"""A temporary file for a catalog in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path


class TemporaryFile:
    """A file for a catalog in memory, removed with this object or at the end of the process.

    SQLite's own memory databases belong to one connection, or lock whole tables between several. A file in the
    folder of temporary files, which most systems keep in memory, behaves as every other catalog does.
    """

    def __init__(self) -> None:
        shared_memory = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
        parent = shared_memory if os.access(shared_memory, os.W_OK) else None
        folder = tempfile.mkdtemp(prefix="catalog_graph-", dir=parent)
        self.path = Path(folder) / "catalog.db"
        self._remove = weakref.finalize(self, _remove, folder, os.getpid())


def _remove(folder: str, process: int) -> None:
    """Remove the folder, unless this is a child that was forked from its owner."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
