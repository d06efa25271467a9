"""The folder of one embedded Neo4j: its layout, its owner, and the record of its last process.

data/ logs/ run/ conf/   Neo4j's own
password                 Neo4j's password, mode 0600
owner.lock               locked by the program that owns the folder; holds that program's process id
server.json              the last Neo4j process: id, port, version
first-start              exists until the first start has succeeded
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from catalog_graph.errors import ConfigurationError, StoreFull

from .filelock import FileLock
from .releases import NEWEST, Release

_START_SPACE = 100_000_000  # bytes
_WRITE_SPACE = 300_000_000  # bytes
"""Free space below which nothing is written: Neo4j stops a database that finds none for its log or its files."""


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The last Neo4j process on a folder."""

    pid: int
    bolt_port: int
    version: str


class Home:
    """A data folder, by its real path: a folder has one owner, even if several links lead to it."""

    def __init__(self, path: Path, release: Release = NEWEST) -> None:
        self.path = path.expanduser().resolve()
        self.release = release
        self.neo4j_log = self.path / "logs" / "neo4j.log"
        self.console_log = self.path / "logs" / "console.log"
        self._first_start = self.path / "first-start"
        self._settings = self.path / "conf" / "neo4j.conf"
        self._record = self.path / "server.json"
        self._lock = FileLock(self.path / "owner.lock")

    def refuse_full_disk(self) -> None:
        """Raise `ConfigurationError` if the disk is nearly full: Neo4j would hang there instead of stopping."""
        free = self._free()
        if free < _START_SPACE:
            raise ConfigurationError(
                f"Only {free / 1e6:.0f} MB are free in {self.path}, and Neo4j needs {_START_SPACE / 1e6:.0f} to "
                "start: make room, or choose a folder on another disk."
            )

    def has_room_to_start(self) -> bool:
        """Return True if the disk has the room that `refuse_full_disk` asks for."""
        return self._free() >= _START_SPACE

    def require_space(self) -> None:
        """Raise `StoreFull` if the disk has too little room for changes."""
        free = self._free()
        if free < _WRITE_SPACE:
            raise StoreFull(
                f"the disk of the catalog is full: {free / 1e6:.0f} MB are free, and changes need "
                f"{_WRITE_SPACE / 1e6:.0f}; make room and send the request again, reads are answered meanwhile"
            )

    def _free(self) -> int:
        return shutil.disk_usage(self.path).free

    def own(self) -> None:
        """Create the folder if it is missing and take its lock.

        Raises `OSError` if that fails, and `ConfigurationError` if another program owns the folder.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.path / "logs").mkdir(exist_ok=True)
        if not self._lock.acquire(wait=False):
            raise ConfigurationError(
                f"The data folder {self.path} is in use by process {self._lock.content() or 'unknown'}: stop that "
                "process (if it was just stopped, allow it some seconds to close its Neo4j), or choose another folder. "
                "Several services can share one Neo4j by NEO4J_URI."
            )
        self._lock.write(str(os.getpid()))

    def disown(self) -> None:
        """Release the folder's lock."""
        self._lock.release()

    def record(self) -> ServerRecord | None:
        """Return the record of the last Neo4j process; None if it is missing or unreadable."""
        try:
            return ServerRecord(**json.loads(self._record.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def begin_start(self, pid: int, bolt_port: int) -> None:
        """Record the process just started, to be found after a crash; keep the version until the data is upgraded."""
        record = self.record()
        self._write_record(ServerRecord(pid, bolt_port, record.version if record else self.release.version))

    def end_start(self, pid: int, bolt_port: int) -> None:
        """Record that Neo4j is ready and the data is of this version; the first start is over."""
        self._write_record(ServerRecord(pid, bolt_port, self.release.version))
        self._first_start.unlink(missing_ok=True)

    def _write_record(self, record: ServerRecord) -> None:
        part = self._record.with_suffix(".part")
        part.write_text(json.dumps(asdict(record)) + "\n", encoding="utf-8")
        part.replace(self._record)

    def settings(self) -> str:
        """Return the settings file of the last start; empty if there was none."""
        return _read(self._settings)

    def write_settings(self, text: str) -> None:
        """Write `conf/neo4j.conf`."""
        self._settings.parent.mkdir(exist_ok=True)
        self._settings.write_text(text, encoding="utf-8")

    def log_size(self) -> int:
        """Return the present size of Neo4j's log in bytes."""
        return self.neo4j_log.stat().st_size if self.neo4j_log.exists() else 0

    def log_text(self, start: int) -> str:
        """Return the text of Neo4j's log from byte `start` on, or all of it if the log was rotated since."""
        text = _read(self.neo4j_log)
        return text if self.log_size() < start else text.encode()[start:].decode(errors="replace")

    def console_text(self) -> str:
        """Return the console output of the last process, such as Java's own errors."""
        return _read(self.console_log)

    def refuse_newer_data(self) -> None:
        """Raise `ConfigurationError` if a later Neo4j version wrote the data."""
        record = self.record()
        if record and _numbers(record.version) > _numbers(self.release.version):
            raise ConfigurationError(
                f"The data in {self.path} was written by Neo4j {record.version}, and this version of catalog_graph "
                f"runs {self.release.version}: upgrade catalog_graph, or choose another folder."
            )

    def prepare_first_start(self) -> None:
        """Mark a folder without data until its first start succeeds, and clear the data of a first start that failed.

        Neo4j takes its initial password only when it creates its system database. The cleared data was never used.
        """
        data = self.path / "data"
        if self._first_start.exists():
            shutil.rmtree(data, ignore_errors=True)
        elif data.exists():
            return
        self._first_start.touch()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
