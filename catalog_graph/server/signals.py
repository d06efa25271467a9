"""Signals that stop the service: the first waits for requests, the second does not, the third kills."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

_STOPPING = {
    1: "Stopping after the requests in progress. Press Ctrl-C again to cancel them.",
    2: "Stopping now. Press Ctrl-C again to kill the service.",
    3: "Killed.",
}


class Stopped(BaseException):
    """A signal to stop arrived before the service was up."""


class Signals:
    """Handlers of SIGINT, SIGTERM and SIGHUP while a `with` block lasts."""

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
        _print_unbuffered(_STOPPING[min(self._count, 3)])
        if self._count > 2:
            self._kill()
        elif self.server is not None:
            # uvicorn cancels requests on a second SIGINT alone, so every signal is a SIGINT to it.
            self.server.handle_exit(signal.SIGINT, frame)
        elif self._count == 1:
            raise Stopped

    def _kill(self) -> None:
        """Kill Neo4j, which recovers at its next start, and exit."""
        pid = self.neo4j_pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(1)


def _stop_signals() -> Iterator[int]:
    yield from (signal.SIGINT, signal.SIGTERM)
    # SIGHUP means that the terminal was closed; `nohup` makes a program ignore it.
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        yield signal.SIGHUP


def _print_unbuffered(text: str) -> None:
    """Print from a signal handler, which may have interrupted a write to the same stream."""
    with suppress(OSError):  # the terminal may be gone
        os.write(sys.stdout.fileno(), f"\n{text}\n".encode())
