"""Other processes: their ports and their memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

MB = 1024 * 1024
INTERVAL = 0.005
"""Seconds between two looks at a process's memory."""


def free_port() -> int:
    """Any free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """The resident memory of a process, in MB."""
    return float(psutil.Process(pid).memory_info().rss) / MB


@dataclass
class Peak:
    """The most memory that was seen, in MB."""

    mb: float = 0.0


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """The peak of a process's resident memory within the block, looked at every 5 ms."""
    process = psutil.Process(pid)
    peak = Peak(resident_mb(pid))
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            peak.mb = max(peak.mb, process.memory_info().rss / MB)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
        peak.mb = max(peak.mb, resident_mb(pid))
