"""Connections to the file and transactions on it, from any thread and after a fork."""

from __future__ import annotations

import gc
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from catalog_graph.backends.local.store.failures import translated

LOCK_WAIT = 60.0
"""Seconds to wait for the lock that another program holds."""
_CACHE_KIB = 32 * 1024
_GAP = 0.15
"""Seconds at the start of each second that long writing leaves to other programs."""
_PAUSE, _LONG = 0.05, 1.0
"""Writing is long after a second of it without a pause."""


class _Pooled(NamedTuple):
    connection: sqlite3.Connection
    file: tuple[int, int]
    """Device and inode that the connection has open."""


class Store:
    """One SQLite file. Idle connections hold no lock and are used again by whichever thread comes next."""

    def __init__(self, path: str | Path, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """`prepare` is called with each new connection, before it is used."""
        self.path = Path(path)
        self._prepare = prepare
        self._pool: list[_Pooled] = []
        self._inherited: list[list[_Pooled]] = []
        self._write_lock = threading.Lock()
        self._process = os.getpid()
        self._last_write = self._first_write = -_PAUSE

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the file."""
        with self._connection() as connection, _transaction(connection, "BEGIN"), without_collection():
            yield connection

    @contextmanager
    def write(self, *, goes_on: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else can write beside; rolled back on any error.

        `goes_on`: it is one more of a long row of them, even where there are pauses in between.
        """
        self._after_fork()
        with self._write_lock, self._connection() as connection:
            self._give_way(goes_on)
            with _transaction(connection, "BEGIN IMMEDIATE"), without_collection():
                yield connection
            self._last_write = time.monotonic()

    def file(self) -> tuple[int, int] | None:
        """What tells the file at the path from others; `None` where there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close the idle connections."""
        self._after_fork()
        while self._pool:
            self._pool.pop().connection.close()

    def __del__(self) -> None:
        self.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path):
            self._after_fork()
            pooled = self._taken() or self._opened()
            try:
                yield pooled.connection
            except sqlite3.Error:
                pooled.connection.close()
                raise
            except BaseException:
                self._pool.append(pooled)
                raise
            self._pool.append(pooled)

    def _taken(self) -> _Pooled | None:
        """An idle connection, unless another file has taken the place of the one that it has open."""
        while True:
            try:
                pooled = self._pool.pop()
            except IndexError:
                return None
            if pooled.file == self.file():
                return pooled
            pooled.connection.close()

    def _opened(self) -> _Pooled:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self.path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._prepare(connection)
            return _Pooled(connection, self.file() or (0, 0))
        except BaseException:
            connection.close()
            raise

    def _give_way(self, goes_on: bool) -> None:
        """Leave a gap in long writing, at the same time in all processes.

        A program that waits for the lock asks for it every 100 ms at most and gives up, as FlowyML does, after
        5 s; where others follow one another without a gap that is longer than that, it may miss every change.
        """
        now = time.monotonic()
        if now - self._last_write > _PAUSE:
            self._first_write = now
        if goes_on or now - self._first_write > _LONG:
            time.sleep(max(0.0, _GAP - time.time() % 1))

    def _after_fork(self) -> None:
        """SQLite forbids to use, and to close, in a child process what its parent opened: keep it aside."""
        if self._process != os.getpid():
            self._inherited.append(self._pool)
            self._pool = []
            self._write_lock = threading.Lock()
            self._process = os.getpid()


@contextmanager
def without_collection() -> Iterator[None]:
    """Spare the garbage collector to look again and again through many objects that are soon gone.

    That is 10 to 15 % of the time, in which others may wait for the file, and more in a large program.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
