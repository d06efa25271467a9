"""The fixtures of a run: histories of several sizes, each loaded into contenders on first use."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from benchmarks.contenders.bolt import Bolt
from benchmarks.contenders.flowyml import FlowyML, write_file
from benchmarks.contenders.memory_graph import MemoryGraph
from benchmarks.contenders.mlmd import MLMetadata
from benchmarks.contenders.ours import Ours, ServiceProcess, our_entries
from benchmarks.history import History, in_batches
from benchmarks.processes import peak_memory, resident_mb
from catalog_graph.embedded import EmbeddedNeo4j

T = TypeVar("T")
Stage = Literal["quick", "bench", "million", "two_million"]
SIZES: dict[Stage, int] = {"quick": 10_000, "bench": 100_000, "million": 1_000_000, "two_million": 2_000_000}
SMALL = 10_000
BATCH = 5_000
"""Artifacts in one batch."""
HEAP, PAGE_CACHE = "1g", "512m"
"""Memory of Neo4j, the same at every size."""


@dataclass
class LoadRecord:
    """Times and memory of the service while it registers a history."""

    artifacts: list[int] = field(default_factory=list)
    """Number of artifacts after each batch."""
    seconds: list[float] = field(default_factory=list)
    """Time of each batch."""
    service_mb: list[float] = field(default_factory=list)
    """Memory of the service's process after each batch."""
    idle_mb: float = 0.0
    peak_mb: float = 0.0
    neo4j_mb: float = 0.0


class World:
    """One history and the contenders that hold it; each contender is set up on first use."""

    def __init__(self, history: History, folder: Path, stack: ExitStack, mlmd_python: Path) -> None:
        self.history = history
        self.folder = folder / f"{history.size}{'-in-one-hour' if history.in_one_hour else ''}"
        self.folder.mkdir(parents=True)
        self._stack = stack
        self._mlmd_python = mlmd_python
        self.load_record = LoadRecord()
        self._ends: dict[str, int] = {}

    @property
    def root_id(self) -> str:
        """Id of the last artifact, with about 70 % of the history upstream of it."""
        return self.history.id_of(self.history.root)

    def next_entries(self, contender: str, count: int) -> Iterator[dict[str, object]]:
        """Return the next `count` artifacts after those that the contender holds, and count them as registered."""
        start = self._ends.get(contender, self.history.size)
        self._ends[contender] = start + count
        return self.history.entries(start, start + count)

    def number_held(self, contender: str) -> int:
        """Return the number of artifacts that the contender holds."""
        return self._ends.get(contender, self.history.size)

    def check_complete(self) -> None:
        """Raise `AssertionError` if a contender that was written to lacks an artifact."""
        # Events make artifacts of their own.
        query = "MATCH (a:Artifact {state: 'registered'}) WHERE NOT a.artifact_id STARTS WITH 'ol:' RETURN count(a)"
        for contender, end in self._ends.items():
            count = {"flowyml": self.flowyml.count, "service": lambda: self.bolt.query(query)[0][0]}.get(contender)
            if count and (number := count()) != end:
                raise AssertionError(f"{contender} holds {number:,} artifacts; {end:,} were registered")

    @cached_property
    def flowyml_file(self) -> Path:
        """A file as FlowyML writes it, opened by FlowyML alone."""
        path = self.folder / "flowyml.db"
        write_file(path, self.history)
        return path

    def copy_of_file(self, name: str) -> Path:
        """Return a new copy of FlowyML's file."""
        return Path(shutil.copy(self.flowyml_file, self.folder / name))

    @cached_property
    def flowyml(self) -> FlowyML:
        """FlowyML's backend on its file."""
        return FlowyML(self.flowyml_file)

    @cached_property
    def local(self) -> Ours:
        """Our local backend on a copy of FlowyML's file, already indexed."""
        from catalog_graph.backends.local import LocalCatalogBackend

        backend = self._stack.enter_context(LocalCatalogBackend(self.copy_of_file("local.db")))
        backend.get(self.root_id)
        return Ours(backend)

    @cached_property
    def graph(self) -> MemoryGraph:
        """The graph in memory."""
        return MemoryGraph(self.history)

    @cached_property
    def mlmd(self) -> MLMetadata:
        """ML Metadata; `NotInstalled` if it is missing."""
        mlmd = MLMetadata(self._mlmd_python, self.history, self.folder)
        self._stack.callback(mlmd.close)
        return mlmd

    @cached_property
    def neo4j(self) -> EmbeddedNeo4j:
        """The Neo4j of the service."""
        return self._stack.enter_context(EmbeddedNeo4j(self.folder / "neo4j", heap=HEAP, page_cache=PAGE_CACHE))

    def stop_neo4j(self) -> tuple[Path, int, int]:
        """Stop Neo4j, so that its files are complete; return its folder, and its number of artifacts and of edges."""
        assert self.service
        self.neo4j.stop()
        end = self.number_held("service")
        return self.folder / "neo4j", end, sum(len(self.history.parents_of(position)) for position in range(end))

    def local_size(self) -> tuple[int, int]:
        """Return the number of artifacts in the local backend's file, and its size in bytes."""
        assert self.local
        size = sum(path.stat().st_size for path in self.folder.glob("local.db*"))
        return self.number_held("local"), size

    @cached_property
    def process(self) -> ServiceProcess:
        """The service's process."""
        return self._stack.enter_context(ServiceProcess(self.neo4j.start(), self.folder / "service.log"))

    @cached_property
    def service(self) -> Ours:
        """Our service, called through our client; it holds the history, registered in batches."""
        service = Ours(self._stack.enter_context(self.process.client()))
        self._load(service)
        return service

    @cached_property
    def plain_process(self) -> ServiceProcess:
        """A second process of the service, which keeps no graph in memory."""
        settings = {"CATALOG_GRAPH_GRAPH_MEMORY": "0"}
        process = ServiceProcess(self.neo4j.start(), self.folder / "plain_service.log", **settings)
        return self._stack.enter_context(process)

    @cached_property
    def plain(self) -> Ours:
        """The second process, called through our client."""
        assert self.service
        return Ours(self._stack.enter_context(self.plain_process.client()))

    @cached_property
    def bolt(self) -> Bolt:
        """The bare driver on the service's database."""
        from catalog_graph.backends.neo4j import Neo4jCatalogBackend

        assert self.service
        settings = self.neo4j.connection
        backend = Neo4jCatalogBackend(settings.uri, settings.username, settings.password)
        bolt = Bolt(settings, backend)
        self._stack.callback(bolt.close)
        return bolt

    def _load(self, service: Ours) -> None:
        record, pid = self.load_record, self.process.pid
        record.idle_mb = resident_mb(pid)
        with peak_memory(pid) as peak:
            for batch in in_batches(self.history.entries(), BATCH):
                entries = our_entries(batch)
                started = time.perf_counter()
                service.register_many(entries)
                record.seconds.append(time.perf_counter() - started)
                record.artifacts.append(len(entries) + (record.artifacts[-1] if record.artifacts else 0))
                record.service_mb.append(resident_mb(pid))
        record.peak_mb = peak.mb
        assert self.neo4j.pid is not None
        record.neo4j_mb = resident_mb(self.neo4j.pid)


class Bench:
    """A run of one stage, with a `World` for each size of history."""

    def __init__(self, stage: Stage, folder: Path, mlmd_python: Path) -> None:
        self.stage = stage
        self.size = SIZES[stage]
        self.folder = folder
        self._mlmd_python = mlmd_python
        self.remarks: list[str] = []
        self._stack = ExitStack()
        self._worlds: dict[History, World] = {}

    @property
    def is_timed(self) -> bool:
        """True if times are measured; a quick run only compares the answers."""
        return self.stage != "quick"

    @property
    def has_local(self) -> bool:
        """True if the local backend takes part; a million artifacts are beyond its purpose."""
        return not self.is_large

    @property
    def is_large(self) -> bool:
        """True for millions of artifacts, which only the service holds."""
        return self.size > SIZES["bench"]

    def world(self, size: int | None = None, *, in_one_hour: bool = False) -> World:
        """Return the world of `size` artifacts, by default the stage's own size."""
        history = History(size or self.size, in_one_hour=in_one_hour)
        if history not in self._worlds:
            self._worlds[history] = World(history, self.folder, self._stack, self._mlmd_python)
        return self._worlds[history]

    @property
    def worlds(self) -> dict[str, World]:
        """Worlds by the suffix of their contenders' labels: the stage's own, and if that is larger, one of 10,000."""
        small = {f"@{SMALL}": self.world(SMALL)} if self.size > SMALL else {}
        return {"": self.world(), **small}

    @property
    def neo4j_version(self) -> str:
        """Version of the service's Neo4j."""
        query = "CALL dbms.components() YIELD versions RETURN versions[0]"
        return str(self.world().bolt.query(query)[0][0])

    def keep(self, resource: AbstractContextManager[T]) -> T:
        """Enter `resource` now, and leave it when the run ends."""
        return self._stack.enter_context(resource)

    def check_all_complete(self) -> None:
        """Raise `AssertionError` if a contender that was written to lacks an artifact."""
        for world in self._worlds.values():
            world.check_complete()

    def __enter__(self) -> Bench:
        self._stack.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
