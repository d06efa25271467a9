"""A file of records that are not in the catalog yet: appended to, synced, sent from its start, then removed.

Each process writes a file of its own and holds its lock while it lives; a file whose lock is free was left behind by a
process that ended, however it ended, and whoever takes the lock delivers it.
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

from catalog_graph.integrations.flowyml.records import Record

FOLDER = ".flowyml/lineage"
MAX_CHUNK_RECORDS = 500
MAX_CHUNK_BYTES = 4 * 1024 * 1024
EMPTIED_AT = 1024 * 1024
"""Bytes; a file that is sent to its end and larger than this begins anew."""
FORMAT = 1


class Spool:
    """The file of one process; `append` and the rest may be called from different threads."""

    def __init__(self, path: Path, handle: int, address: str) -> None:
        self.path = path
        self.address = address
        self._handle = handle
        self._lock = threading.Lock()
        self._start = self._sent = self._end = os.fstat(handle).st_size

    @classmethod
    def create(cls, folder: Path, address: str) -> Spool:
        """A new file in `folder` for what goes to the catalog at `address`."""
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
        """Bytes that are not sent yet."""
        return self._end - self._sent

    def append(self, records: Sequence[Record]) -> None:
        """Write records down; they survive the death of the process once this returns."""
        lines = b"".join(record.to_line() for record in records)
        with self._lock:
            try:
                _write(self._handle, lines)
                os.fsync(self._handle)
            except OSError:
                # Half a line would be glued to the next one.
                os.ftruncate(self._handle, self._end)
                raise
            self._end += len(lines)

    def next_chunk(self) -> tuple[list[Record], int]:
        """The first records that are not sent, and where they end."""
        with self._lock:
            end = self._end
        records, size = _read_records(self._handle, self._sent, end)
        return records, self._sent + size

    def mark_sent(self, end: int) -> None:
        """Everything up to `end` is in the catalog."""
        with self._lock:
            self._sent = end
            if self._sent == self._end and self._end > EMPTIED_AT:
                os.ftruncate(self._handle, self._start)
                self._sent = self._end = self._start

    def close(self) -> None:
        """Give the file up: it is removed if all of it is sent, else left for who comes next."""
        with self._lock:
            if not self.waiting:
                self.path.unlink(missing_ok=True)
            os.close(self._handle)

    def forget(self) -> None:
        """Close a forked child's copy of the handle; the file stays its parent's."""
        os.close(self._handle)


def left_behind(folder: Path) -> list[Path]:
    """The files in `folder`, oldest first, those of living processes among them."""
    return sorted(folder.glob("*.jsonl"))


@contextmanager
def taken_over(path: Path) -> Iterator[LeftBehind | None]:
    """A file that a process left behind, held for this block; `None` if its process lives or it is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield LeftBehind(path, handle) if _locked(handle) and os.fstat(handle).st_nlink else None
    finally:
        os.close(handle)


class LeftBehind:
    """A file that a process left behind, whose lock is held."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle
        self._size = os.fstat(handle).st_size
        head = os.pread(handle, 64 * 1024, 0).split(b"\n", 1)
        self._start = len(head[0]) + 1
        self.address = _address(head[0]) if len(head) == 2 else ""
        """The catalog that it is for; empty if its process ended before it wrote anything."""

    def chunks(self) -> Iterator[list[Record]]:
        """All records, in the order in which they were written."""
        at = self._start
        while at < self._size:
            records, size = _read_records(self._handle, at, self._size)
            if not size:
                return
            at += size
            yield records

    def remove(self) -> None:
        """All of it is in the catalog."""
        self.path.unlink(missing_ok=True)


def _address(line: bytes) -> str:
    try:
        head = json.loads(line)
        return str(head["address"]) if head["spool"] == FORMAT else ""
    except (ValueError, TypeError, KeyError):
        return ""


def _read_records(handle: int, start: int, end: int) -> tuple[list[Record], int]:
    """Records from `start` on, and the bytes that they take; a line without its end was never promised."""
    wanted = MAX_CHUNK_BYTES
    data = os.pread(handle, min(wanted, end - start), start)
    while b"\n" not in data and start + len(data) < end:
        wanted *= 2
        data = os.pread(handle, min(wanted, end - start), start)
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
