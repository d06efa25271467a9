"""Group commit: one transaction for the writes of all threads that wait for the file.

A commit costs several milliseconds, most of them the disk's. Sharing it spends them once, and leaves the file free
for other programs more often.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

from catalog_graph.backends.local.store.catalog_file import CatalogFile
from catalog_graph.backends.local.store.change_record import recorder_of
from catalog_graph.backends.local.store.failures import translated
from catalog_graph.backends.local.store.locks import release_cursors
from catalog_graph.changes.origin import origin

MAX_SECONDS = 0.2
"""Seconds after which a transaction takes no further operation."""

T = TypeVar("T")


class GroupCommit:
    """Runs write operations from any thread, several in one transaction; each succeeds or fails by itself."""

    def __init__(self, file: CatalogFile, prelude: Callable[[sqlite3.Connection], None]) -> None:
        """Run `prelude` at the start of each transaction."""
        self._file = file
        self._prelude = prelude
        self._reset()

    def run(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """Run an operation and return its result; if it raises, roll back what it stored and raise the error here."""
        if self._process != os.getpid():
            self._reset()
        job = _Job(operation)
        self._queue.append(job)
        try:
            with self._turn:
                while not job.done:
                    self._write()
        finally:
            if not job.done and job in self._queue:
                self._queue.remove(job)
        if job.error is not None:
            with translated(self._file.path):
                raise job.error
        return cast("T", job.result)

    def _reset(self) -> None:
        """Start with an empty queue: a child process has none of the threads whose jobs its parent had queued."""
        self._process = os.getpid()
        self._turn = threading.Lock()
        self._queue: deque[_Job] = deque()
        self._singly = 0
        """Number of jobs to run in a transaction each."""

    def _write(self) -> None:
        """Run the jobs at the head of the queue in one transaction.

        If the transaction itself fails, nothing of it is stored, and one of the jobs may be at fault: they go back to
        the queue and are then run one by one.
        """
        batch: list[_Job] = []
        limit = 1 if self._singly else len(self._queue)
        self._singly = max(0, self._singly - 1)
        try:
            with self._file.write() as connection:
                self._prelude(connection)
                deadline = time.monotonic() + MAX_SECONDS
                while len(batch) < limit and (not batch or time.monotonic() < deadline):
                    batch.append(self._queue.popleft())
                    batch[-1].run(connection)
        except BaseException as error:
            if len(batch) == 1 and isinstance(error, Exception):
                batch[0].error, batch[0].done = error, True
                return
            self._queue.extendleft(reversed(batch))
            self._singly = len(batch)
            if not batch or not isinstance(error, Exception):
                raise
        else:
            self._file.observer.grouped(len(batch))
            for job in batch:
                job.done = True


class _Job:
    """An operation and, once it is `done`, its result or error."""

    def __init__(self, operation: Callable[[sqlite3.Connection], Any]) -> None:
        self.operation = operation
        self.origin = origin()
        self.done = False
        self.error: Exception | None = None
        self.result: Any = None

    def run(self, connection: sqlite3.Connection) -> None:
        """Run the operation; roll back its changes alone, unless the error is SQLite's, which is raised."""
        self.error = None
        recorder = recorder_of(connection)
        recorder.begin(self.origin)
        connection.execute("SAVEPOINT job")
        try:
            self.result = self.operation(connection)
        except sqlite3.Error:
            raise
        except Exception as error:
            self.error = error
            release_cursors(error)
            recorder.discard()
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
