"""Connections to the file and transactions on it, from any thread and after a fork."""

from __future__ import annotations

import gc
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from catalog_graph.backends.local.store import change_record, locks
from catalog_graph.backends.local.store.failures import translated
from catalog_graph.backends.local.store.schema import supported_version
from catalog_graph.backends.local.store.temporary import TemporaryFile
from catalog_graph.backends.location import parse_location
from catalog_graph.backends.observation import UNOBSERVED
from catalog_graph.errors import StoreUnavailable

_CACHE_KIB = 32 * 1024
_SMALL_CACHE_KIB = 2 * 1024
_GAP = 0.15
"""Seconds at the start of each second in which long writing leaves the file to other programs."""
_PAUSE, _LONG = 0.05, 1.0
"""Writing is long after a second in which no pause between transactions exceeded 0.05 s."""

Identity = tuple[int, int]
"""Device and inode of a file."""


class _PooledConnection(NamedTuple):
    connection: sqlite3.Connection
    identity: Identity
    """The file that the connection has open."""


class CatalogFile:
    """An SQLite file with a pool of connections. Idle connections hold no lock; any thread may use them again."""

    def __init__(self, path: str | Path, prepare: Callable[[sqlite3.Connection], None]) -> None:
        """Call `prepare` with each new connection before it is used."""
        self._prepare = prepare
        self._pool: list[_PooledConnection] = []
        self._inherited: list[list[_PooledConnection]] = []
        self._write_lock = threading.Lock()
        self._process = os.getpid()
        self._last_write = self._first_write = -_PAUSE
        self._temporary: TemporaryFile | None = None
        self.observer = UNOBSERVED
        location = parse_location(path)
        if location is None:
            self._temporary = TemporaryFile()
            location = self._temporary.path
        self.path = location

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a read transaction, which sees one state of the file."""
        with (
            self.observer.query("read"),
            self._connection() as connection,
            self._transaction(connection, "BEGIN"),
            without_garbage_collection(),
        ):
            yield connection

    @contextmanager
    def write(self, *, continuing: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a write transaction, the only one at a time; roll it back on any error.

        `continuing`: the transaction belongs to a long series, even if there are pauses between its transactions.
        Raises `ConfigurationError` if a later version has upgraded the file meanwhile.
        """
        self._after_fork()
        with self.observer.query("write"), self._write_lock, self._connection() as connection:
            self._give_way(continuing)
            recorder = change_record.recorder_of(connection)
            recorder.clear()
            with self._transaction(connection, "BEGIN IMMEDIATE"), without_garbage_collection():
                supported_version(connection)
                yield connection
                change_record.keep(connection)
            self._last_write = time.monotonic()

    def rewrite(self) -> None:
        """Write the file anew without its free pages, so that nothing deleted is left in it; it is locked meanwhile.

        This takes about a second for 100 MB, and room for a second copy. Raises `StoreUnavailable` if that is not
        possible; the next call makes up for it.
        """
        self._after_fork()
        try:
            with self._write_lock, self._connection() as connection:
                connection.execute("PRAGMA secure_delete = ON")
                locks.execute_patiently(connection, self.path, "VACUUM")
                connection.execute("PRAGMA secure_delete = OFF")
            with self._connection() as connection:
                locks.empty_log(connection, self.path)
        except StoreUnavailable as error:
            raise type(error)(
                f"the artifact is purged, but its data are still in the file until you purge it again: {error.message}"
            ) from error

    @contextmanager
    def without_writers(self) -> Iterator[None]:
        """Wait until no write transaction is open, and let none begin inside."""
        self._after_fork()
        with self._write_lock, self._connection() as connection:
            locks.begin_patiently(connection, self.path, "BEGIN IMMEDIATE")
            try:
                yield
            finally:
                # Even an empty COMMIT would wait for readers.
                connection.execute("ROLLBACK")

    def identity(self) -> Identity | None:
        """Return the identity of the file at the path, or `None` if there is no file."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

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
            pooled = self._idle_connection() or self._new_connection()
            try:
                yield pooled.connection
            except sqlite3.Error as error:
                locks.release_cursors(error)
                pooled.connection.close()
                raise
            except BaseException as error:
                locks.release_cursors(error)
                self._pool.append(pooled)
                raise
            self._pool.append(pooled)

    def _idle_connection(self) -> _PooledConnection | None:
        """Take a connection from the pool; close those whose file was replaced by another one."""
        while True:
            try:
                pooled = self._pool.pop()
            except IndexError:
                return None
            if pooled.identity == self.identity():
                return pooled
            pooled.connection.close()

    def _new_connection(self) -> _PooledConnection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._create_privately()
        connection = sqlite3.connect(
            self.path,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            factory=change_record.RecordingConnection,
        )
        try:
            locks.take_first_lock(connection, self.path)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            locks.execute_patiently(connection, self.path, "PRAGMA schema_version")
            locks.set_wait(connection, locks.LOCK_WAIT)
            self._prepare(connection)
            locks.set_wait(connection, locks.NOTE_AFTER)
            return _PooledConnection(connection, self.identity() or (0, 0))
        except BaseException:
            connection.close()
            raise

    def _create_privately(self) -> None:
        """Create the file for its owner alone, if it does not exist; SQLite gives its other files the same rights.

        SQLite reports what goes wrong.
        """
        with suppress(OSError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection, begin: str) -> Iterator[None]:
        locks.begin_patiently(connection, self.path, begin)
        try:
            yield
            locks.execute_patiently(connection, self.path, "COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _give_way(self, continuing: bool) -> None:
        """Pause long writing at the start of a second, which is the same moment in all processes.

        A program that waits for the lock tries every 100 ms at most, and FlowyML gives up after 5 s. If transactions
        followed one another without a longer gap than that, it might never get the lock.
        """
        now = time.monotonic()
        if now - self._last_write > _PAUSE:
            self._first_write = now
        if continuing or now - self._first_write > _LONG:
            time.sleep(max(0.0, _GAP - time.time() % 1))

    def _after_fork(self) -> None:
        """Set the parent's connections aside in a child process: SQLite forbids it to use or to close them."""
        if self._process != os.getpid():
            self._inherited.append(self._pool)
            self._pool = []
            self._write_lock = threading.Lock()
            self._process = os.getpid()


@contextmanager
def small_cache(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep few pages in memory meanwhile: of what is read or written inside, little is needed twice."""
    connection.execute(f"PRAGMA cache_size = -{_SMALL_CACHE_KIB}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Suspend the garbage collector, which would scan many short-lived objects again and again.

    This saves 10 to 15 % of the time for which a transaction may block others, and more in a large program.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
