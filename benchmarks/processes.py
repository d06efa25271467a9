"""Ports and memory of other processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

MB = 1024 * 1024
INTERVAL = 0.005
"""Seconds between two samples of a process's memory."""


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    return float(psutil.Process(pid).memory_info().rss) / MB


@dataclass
class Peak:
    """The maxima of the memory samples, in MB."""

    mb: float = 0.0
    own_mb: float = 0.0
    """Without pages of files, which the system can take back."""

    def take(self, process: psutil.Process) -> None:
        """Take a sample."""
        memory = process.memory_info()
        self.mb = max(self.mb, memory.rss / MB)
        self.own_mb = max(self.own_mb, (memory.rss - getattr(memory, "shared", 0)) / MB)


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """Measure the peak of a process's resident memory within the block, in samples every 5 ms."""
    process = psutil.Process(pid)
    peak = Peak()
    peak.take(process)
    end = threading.Event()

    def watch() -> None:
        while not end.wait(INTERVAL):
            peak.take(process)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        end.set()
        watcher.join()
        peak.take(process)
