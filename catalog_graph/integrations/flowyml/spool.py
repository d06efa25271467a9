"""The spool: a file of records that the catalog does not have yet, synced at each append and removed once delivered.

Each process writes a file of its own and holds its lock as long as it runs. A file whose lock is free is an orphan: its
process has ended, in whatever way, and the next process to take the lock delivers its records.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog_graph.integrations.flowyml.record import Record

FOLDER = ".flowyml/lineage"
MAX_CHUNK_RECORDS = 500
MAX_CHUNK_BYTES = 4 * 1024 * 1024
EMPTIED_AT = 1024 * 1024
"""Bytes above which a file is truncated once all of its records are delivered."""
FORMAT = 1


class Spool:
    """The spool file of one process; its methods may be called from different threads."""

    def __init__(self, path: Path, handle: int, address: str) -> None:
        self.path = path
        self.address = address
        self._handle = handle
        self._lock = threading.Lock()
        self._start = self._delivered = self._end = os.fstat(handle).st_size

    @classmethod
    def create(cls, folder: Path, address: str) -> Spool:
        """Create a file in `folder` for records of the catalog at `address`."""
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
            # Another process may have taken the lock, found the file empty, and removed it.
            if _locked(handle) and os.fstat(handle).st_nlink:
                os.write(handle, json.dumps({"spool": FORMAT, "address": address}).encode() + b"\n")
                _sync_folder(folder)
                return cls(path, handle, address)
            os.close(handle)

    @property
    def waiting(self) -> int:
        """Bytes that are not delivered yet."""
        return self._end - self._delivered

    def append(self, records: Sequence[Record]) -> None:
        """Append records and sync the file; once this returns, they survive the end of the process."""
        lines = b"".join(record.to_line() for record in records)
        with self._lock:
            try:
                _write(self._handle, lines)
                os.fsync(self._handle)
            except OSError:
                # A partial line would run into the next record.
                os.ftruncate(self._handle, self._end)
                raise
            self._end += len(lines)

    def next_chunk(self) -> tuple[list[Record], int]:
        """Return the first undelivered records and the offset at which they end."""
        with self._lock:
            end = self._end
        records, size = _read_records(self._handle, self._delivered, end)
        return records, self._delivered + size

    def acknowledge(self, end: int) -> None:
        """Mark the records before the offset `end` as delivered."""
        with self._lock:
            self._delivered = end
            if self._delivered == self._end and self._end > EMPTIED_AT:
                os.ftruncate(self._handle, self._start)
                self._delivered = self._end = self._start

    def close(self) -> None:
        """Close the file; remove it if all of its records are delivered, else leave it to the next process."""
        with self._lock:
            if not self.waiting:
                self.path.unlink(missing_ok=True)
            os.close(self._handle)

    def forget(self) -> None:
        """Close a forked child's copy of the handle; the file still belongs to the parent process."""
        os.close(self._handle)


def spool_files(folder: Path) -> list[Path]:
    """Return the spool files in `folder`, oldest first, including those of running processes."""
    return sorted(folder.glob("*.jsonl"))


@contextmanager
def adopt_orphan(path: Path) -> Iterator[OrphanedSpool | None]:
    """Hold the lock of an orphan for this block; yield None if its process still runs or the file is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield OrphanedSpool(path, handle) if _locked(handle) and os.fstat(handle).st_nlink else None
    finally:
        os.close(handle)


class OrphanedSpool:
    """The spool file of an ended process; the lock is held."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle
        self._size = os.fstat(handle).st_size
        head = os.pread(handle, 64 * 1024, 0).split(b"\n", 1)
        self._start = len(head[0]) + 1
        self.address = _address(head[0]) if len(head) == 2 else ""
        """Address of the catalog that the records are for; empty if the process ended before it wrote one."""

    def chunks(self) -> Iterator[list[Record]]:
        """Yield all records in lists, in the order in which they were written."""
        at = self._start
        while at < self._size:
            records, size = _read_records(self._handle, at, self._size)
            if not size:
                return
            at += size
            yield records

    def remove(self) -> None:
        """Remove the file, once the catalog has all of its records."""
        self.path.unlink(missing_ok=True)


def _address(line: bytes) -> str:
    try:
        head = json.loads(line)
        return str(head["address"]) if head["spool"] == FORMAT else ""
    except (ValueError, TypeError, KeyError):
        return ""


def _read_records(handle: int, start: int, end: int) -> tuple[list[Record], int]:
    """Return the first records between two offsets, and their size in bytes; an incomplete last line is ignored."""
    limit = MAX_CHUNK_BYTES
    data = os.pread(handle, min(limit, end - start), start)
    while b"\n" not in data and start + len(data) < end:
        limit *= 2
        data = os.pread(handle, min(limit, end - start), start)
    lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)[:MAX_CHUNK_RECORDS]
    return list(_records(lines)), sum(map(len, lines))


def _records(lines: Sequence[bytes]) -> Iterator[Record]:
    for line in lines:
        try:
            yield Record.from_line(line)
        except (ValueError, TypeError):
            continue


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _locked(handle: int) -> bool:
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
