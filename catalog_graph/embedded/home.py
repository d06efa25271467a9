"""The folder of one embedded Neo4j: its layout, who owns it, and what its last process was.

data/ logs/ run/ conf/   Neo4j's own
password                 its password, mode 0600
owner.lock               held by the program that owns it; its content is that program's process id
server.json              the last Neo4j process: id, port, version
first-start              only until the very first start has succeeded
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from catalog_graph.errors import ConfigurationError

from .filelock import FileLock
from .releases import NEWEST, Release

_LEAST_SPACE = 100_000_000  # bytes


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The last Neo4j process on a folder."""

    pid: int
    bolt_port: int
    version: str


class Home:
    """A data folder, by its real path: one folder has one owner, whatever links lead to it."""

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
        """ConfigurationError if Neo4j would run out of space at once: it does not stop then, but hangs."""
        free = shutil.disk_usage(self.path).free
        if free < _LEAST_SPACE:
            raise ConfigurationError(
                f"Only {free / 1e6:.0f} MB are free in {self.path}, and Neo4j needs {_LEAST_SPACE / 1e6:.0f} to "
                "start: make room, or choose a folder on another disk."
            )

    def own(self) -> None:
        """Makes the folder if need be and takes it; OSError if it cannot, ConfigurationError if it is taken."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.path / "logs").mkdir(exist_ok=True)
        if not self._lock.acquire(wait=False):
            raise ConfigurationError(
                f"The data folder {self.path} is in use by process {self._lock.content() or 'unknown'}: stop that one "
                "(one that was just stopped needs some seconds to close its Neo4j), or choose another folder. (Several "
                "services can share one Neo4j by NEO4J_URI.)"
            )
        self._lock.write(str(os.getpid()))

    def disown(self) -> None:
        """Gives the folder back."""
        self._lock.release()

    def record(self) -> ServerRecord | None:
        """What the last start wrote, or None if there was none or it cannot be read."""
        try:
            return ServerRecord(**json.loads(self._record.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def begin_start(self, pid: int, bolt_port: int) -> None:
        """Notes the process just started, for whoever comes after a crash; the data may be of an older version yet."""
        record = self.record()
        self._write_record(ServerRecord(pid, bolt_port, record.version if record else self.release.version))

    def end_start(self, pid: int, bolt_port: int) -> None:
        """Notes that the data is this version's, and somebody's, from now on."""
        self._write_record(ServerRecord(pid, bolt_port, self.release.version))
        self._first_start.unlink(missing_ok=True)

    def _write_record(self, record: ServerRecord) -> None:
        part = self._record.with_suffix(".part")
        part.write_text(json.dumps(asdict(record)) + "\n", encoding="utf-8")
        part.replace(self._record)

    def settings(self) -> str:
        """The settings of the last start, or nothing."""
        return _read(self._settings)

    def write_settings(self, text: str) -> None:
        """Writes `conf/neo4j.conf`."""
        self._settings.parent.mkdir(exist_ok=True)
        self._settings.write_text(text, encoding="utf-8")

    def log_size(self) -> int:
        """The bytes in Neo4j's log so far."""
        return self.neo4j_log.stat().st_size if self.neo4j_log.exists() else 0

    def log_text(self, start: int) -> str:
        """What Neo4j's log got since it had `start` bytes (all of it, if the log was begun anew since)."""
        text = _read(self.neo4j_log)
        return text if self.log_size() < start else text.encode()[start:].decode(errors="replace")

    def console_text(self) -> str:
        """What the last process wrote to its terminal: Java's own complaints."""
        return _read(self.console_log)

    def refuse_newer_data(self) -> None:
        """ConfigurationError if a later Neo4j wrote the data, which this one cannot be trusted with."""
        record = self.record()
        if record and _numbers(record.version) > _numbers(self.release.version):
            raise ConfigurationError(
                f"The data in {self.path} was written by Neo4j {record.version}, and this version of catalog_graph "
                f"runs {self.release.version}: upgrade catalog_graph, or choose another folder."
            )

    def clear_cut_short(self) -> None:
        """Marks a folder without data, till its first start has ended well; if one before did not, clears what it left.

        Neo4j takes its first password only while it makes its system database; nobody ever used what is cleared.
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
