"""Signals to stop: the first in order, a second in a hurry, a third at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

_STOPPING = {
    1: "Stopping, after the requests that are being answered. Ctrl-C again does not wait for them.",
    2: "Stopping now. Ctrl-C again waits for nothing.",
    3: "Killed.",
}


class Stopped(BaseException):
    """A signal to stop came before the service was up."""


class Signals:
    """SIGINT, SIGTERM, SIGHUP: the first stops in order, a second does not wait for requests, a third for nothing."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self.neo4j_pid: Callable[[], int | None] = lambda: None
        self._count = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        self._before = {number: signal.signal(number, self._handle) for number in _stop_signals()}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        _say_at_once(_STOPPING[min(self._count, 3)])
        if self._count > 2:
            self._leave()
        elif self.server is not None:
            # A second one is a SIGINT to uvicorn whatever it was: that is the one that makes it hurry.
            self.server.handle_exit(signal.SIGINT, frame)
        elif self._count == 1:
            raise Stopped

    def _leave(self) -> None:
        """Neo4j survives being killed; it recovers at the next start."""
        pid = self.neo4j_pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(1)


def _stop_signals() -> Iterator[int]:
    yield from (signal.SIGINT, signal.SIGTERM)
    # The terminal was closed; `nohup` says that this is not to matter.
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        yield signal.SIGHUP


def _say_at_once(text: str) -> None:
    """From a signal's handler, which may have interrupted a write to the same stream."""
    with suppress(OSError):  # the terminal may be gone
        os.write(sys.stdout.fileno(), f"\n{text}\n".encode())
