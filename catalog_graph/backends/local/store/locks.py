"""Waiting for the locks of a file: who holds it, and whether its file system has locks at all."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from traceback import clear_frames

from catalog_graph.errors import StoreUnavailable

LOCK_WAIT = 60.0
"""Seconds to wait for a lock that another program holds."""
NOTE_AFTER = 5.0
"""Seconds of waiting after which a line on standard error names the holders."""
_LOG_SECONDS = 0.1
"""Seconds between two attempts to empty a log."""
_LOCK_ERRORS = ("SQLITE_BUSY", "SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK")


def begin_patiently(connection: sqlite3.Connection, path: Path, begin: str) -> None:
    """Begin a transaction and take its lock, as `execute_patiently` does."""
    execute_patiently(connection, path, begin)
    if begin == "BEGIN":  # which takes no lock itself
        try:
            execute_patiently(connection, path, "PRAGMA schema_version")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def execute_patiently(connection: sqlite3.Connection, path: Path, statement: str) -> None:
    """Run a statement that takes a lock, for up to `LOCK_WAIT` seconds; after `NOTE_AFTER` tell who may hold it.

    The statement has to be one that SQLite lets run again: BEGIN, COMMIT, or a read.
    """
    patience = _Patience(path)
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or patience.is_over():
                raise


def empty_log(connection: sqlite3.Connection, path: Path) -> None:
    """Write the log of a file that has one into the file, and empty it, as soon as nobody reads an earlier state.

    It waits as `execute_patiently` does. Raises `StoreUnavailable`.
    """
    patience = _Patience(path)
    # SQLite itself would hold up all writers while it waits.
    set_wait(connection, 0)
    try:
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if patience.is_over():
                raise locked(path)
            time.sleep(_LOG_SECONDS)
    finally:
        set_wait(connection, NOTE_AFTER)


class _Patience:
    """The wait for a file, which begins now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = time.monotonic()
        self._is_shown = False

    def is_over(self) -> bool:
        """Return True after `LOCK_WAIT` seconds; after `NOTE_AFTER` tell once who may hold the file."""
        waited = time.monotonic() - self._began
        if not self._is_shown and NOTE_AFTER <= waited < LOCK_WAIT:
            self._is_shown = True
            _show(
                f"catalog: waiting for {str(self._path)!r}, locked by {holders(self._path)}; gives up after "
                f"{LOCK_WAIT:.0f} s"
            )
        return waited >= LOCK_WAIT


def locked(path: Path) -> StoreUnavailable:
    """Return the error for a file that somebody has locked for too long."""
    return StoreUnavailable(
        f"the catalog file {str(path)!r} is locked by {holders(path)}; try again, or end what holds the lock"
    )


def take_first_lock(connection: sqlite3.Connection, path: Path) -> None:
    """Take a lock for the first time, on a connection that does not wait; then let the connection wait.

    Raises `StoreUnavailable` if the file system of `path` has no locks.
    """
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname in _LOCK_ERRORS and not _has_locks(path.parent):
            raise StoreUnavailable(
                f"the catalog file {str(path)!r} is on a file system without file locks, as NFS and FUSE mounts may "
                "be; put it on a local disk, or share the catalog by a service: catalog-graph serve"
            ) from error
        if error.sqlite_errorname != "SQLITE_BUSY":
            raise
    set_wait(connection, NOTE_AFTER)


def release_cursors(error: BaseException) -> None:
    """Free the cursors that an error holds by the frames it passed: an unfinished one keeps its lock on the file."""
    clear_frames(error.__traceback__)


def set_wait(connection: sqlite3.Connection, seconds: float) -> None:
    """Let each statement of a connection wait for a lock itself, for so many seconds."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * min(seconds, LOCK_WAIT))}")


def holders(path: Path) -> str:
    """Return the processes that hold a lock on a file, as far as the system shows them."""
    processes = _lock_holders(path)
    # The connection that waits has a lock itself, so this process is named only if there is no other.
    processes = [process for process in processes if process != os.getpid()] or processes
    if not processes:
        return "another program, such as a notebook with an open cursor or a database browser"
    return f"{' and '.join(map(_described, processes[:3]))}, with a transaction or a cursor open"


def _described(process: int) -> str:
    if process == os.getpid():
        return f"another connection of this process ({process})"
    with suppress(OSError):
        return f"process {process} ({Path(f'/proc/{process}/comm').read_text().strip()})"
    return f"process {process}"


def _lock_holders(path: Path) -> list[int]:
    """Return the ids of the processes with a lock on a file, from Linux's list; empty if there is no such list."""
    try:
        status = path.stat()
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return []
    inode = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    fields = (line.split() for line in lines)
    # "1: POSIX ADVISORY WRITE 4711 fe:00:123 0 EOF"; a waiting lock has "->" as its second word.
    return list(dict.fromkeys(int(f[4]) for f in fields if len(f) >= 8 and f[5] == inode and f[4].isdigit()))


def _has_locks(folder: Path) -> bool:
    """Return False if a file in this folder cannot be locked.

    A new file is locked: closing the catalog file itself would end all locks that this process has on it.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".catalog-lock-") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
    except OSError:
        pass
    return True


def _show(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
