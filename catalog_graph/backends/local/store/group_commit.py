"""Writing from many threads: whoever gets the file next writes for all that wait, in one transaction.

A commit costs several milliseconds, most of them the disk's. Shared by those that wait for it, they are
spent once, and other programs find the file free all the more often.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

from catalog_graph.backends.local.store.connection import Store

LONGEST = 0.2
"""Seconds after which no further operation is taken into a transaction."""

T = TypeVar("T")


class Writer:
    """Runs operations, each wholly or not at all, several in one transaction where they come together."""

    def __init__(self, store: Store, first: Callable[[sqlite3.Connection], None]) -> None:
        """`first` begins each transaction."""
        self._store = store
        self._first = first
        self._begin_anew()

    def run(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """What `operation` answers; where it raises an error, nothing of it is stored, and the error raised here."""
        if self._process != os.getpid():
            self._begin_anew()
        job = _Job(operation)
        self._waiting.append(job)
        try:
            with self._turn:
                while not job.done:
                    self._write()
        finally:
            if not job.done and job in self._waiting:
                self._waiting.remove(job)
        if job.error is not None:
            raise job.error
        return cast("T", job.answer)

    def _begin_anew(self) -> None:
        """Nobody is there, in a child process, who could end what its parent's threads had begun."""
        self._process = os.getpid()
        self._turn = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._alone = 0

    def _write(self) -> None:
        """One transaction for those that wait longest.

        Should the file fail in the middle, nothing of it is stored; they are then run one by one, since it may
        be the fault of one of them.
        """
        taken: list[_Job] = []
        most = 1 if self._alone else len(self._waiting)
        self._alone = max(0, self._alone - 1)
        try:
            with self._store.write() as connection:
                self._first(connection)
                until = time.monotonic() + LONGEST
                while len(taken) < most and (not taken or time.monotonic() < until):
                    taken.append(self._waiting.popleft())
                    taken[-1].run(connection)
        except BaseException as error:
            if len(taken) == 1 and isinstance(error, Exception):
                taken[0].error, taken[0].done = error, True
                return
            self._waiting.extendleft(reversed(taken))
            self._alone = len(taken)
            if not taken or not isinstance(error, Exception):
                raise
        else:
            for job in taken:
                job.done = True


class _Job:
    """An operation, and once it is `done` what came of it."""

    def __init__(self, operation: Callable[[sqlite3.Connection], Any]) -> None:
        self.operation = operation
        self.done = False
        self.error: Exception | None = None
        self.answer: Any = None

    def run(self, connection: sqlite3.Connection) -> None:
        """Run it; an error that is not the file's undoes this operation alone."""
        self.error = None
        connection.execute("SAVEPOINT job")
        try:
            self.answer = self.operation(connection)
        except sqlite3.Error:
            raise
        except Exception as error:
            self.error = error
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")
