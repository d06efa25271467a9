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
    """The maximum of the memory samples, in MB."""

    mb: float = 0.0


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """Measure the peak of a process's resident memory within the block, in samples every 5 ms."""
    process = psutil.Process(pid)
    peak = Peak(resident_mb(pid))
    end = threading.Event()

    def watch() -> None:
        while not end.wait(INTERVAL):
            peak.mb = max(peak.mb, process.memory_info().rss / MB)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        end.set()
        watcher.join()
        peak.mb = max(peak.mb, resident_mb(pid))
