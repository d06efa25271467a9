"""A lock on a file, which the operating system releases when its holder's process ends in any way."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

if sys.platform != "win32":
    import fcntl


class FileLock:
    """An exclusive lock on `path` between processes, and between threads that each have their own `FileLock`.

    The file is not removed on release: otherwise two holders could lock two different files of the same name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self, *, wait: bool = True) -> bool:
        """Take the lock and return True; return False at once if `wait` is False and another process holds it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            return False
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        return True

    def write(self, text: str) -> None:
        """Replace the file's text, which describes the holder; only the holder may do so."""
        assert self._handle is not None, "only the holder writes"
        os.truncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)

    def content(self) -> str:
        """Return the text that the holder wrote."""
        return self._path.read_text(encoding="utf-8", errors="replace").strip()

    def release(self) -> None:
        """Release the lock; do nothing if it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
