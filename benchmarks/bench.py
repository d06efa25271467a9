"""What a run has at hand: histories of several sizes, each loaded into the contenders that are asked for."""

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
Stage = Literal["quick", "bench", "million"]
SIZES: dict[Stage, int] = {"quick": 10_000, "bench": 100_000, "million": 1_000_000}
SMALL = 10_000
BATCH = 5_000
"""Artifacts in one batch."""
HEAP, PAGE_CACHE = "1g", "512m"
"""What Neo4j is given, at every size."""


@dataclass
class Loaded:
    """How the service took a history in."""

    artifacts: list[int] = field(default_factory=list)
    """How many there were after each batch."""
    seconds: list[float] = field(default_factory=list)
    """What each batch took."""
    service_mb: list[float] = field(default_factory=list)
    """The service's memory after each batch."""
    idle_mb: float = 0.0
    peak_mb: float = 0.0
    neo4j_mb: float = 0.0


class World:
    """One history, and the contenders that hold it; each is made when it is first asked for."""

    def __init__(self, size: int, folder: Path, stack: ExitStack, mlmd_python: Path) -> None:
        self.history = History(size)
        self.folder = folder / str(size)
        self.folder.mkdir(parents=True)
        self._stack = stack
        self._mlmd_python = mlmd_python
        self.loaded = Loaded()
        self._written: dict[str, int] = {}

    @property
    def root_id(self) -> str:
        """The last artifact, with some 70 % of the history upstream of it."""
        return self.history.id_of(self.history.root)

    def more(self, writer: str, count: int) -> Iterator[dict[str, object]]:
        """The next `count` artifacts after the history, on top of it; each writer has its own run of them."""
        start = self._written.get(writer, self.history.size)
        self._written[writer] = start + count
        return self.history.entries(start, start + count)

    def hold_complete(self) -> None:
        """Every contender that was written to holds the history and what it was sent on top."""
        count = "MATCH (a:Artifact {state: 'registered'}) RETURN count(a)"
        for writer, end in self._written.items():
            held = {"flowyml": self.flowyml.count, "service": lambda: self.bolt.query(count)[0][0]}.get(writer)
            if held and (number := held()) != end:
                raise AssertionError(f"{writer} holds {number:,} artifacts; {end:,} were registered")

    @cached_property
    def flowyml_file(self) -> Path:
        """A file as FlowyML writes it, which nothing else opens."""
        path = self.folder / "flowyml.db"
        write_file(path, self.history)
        return path

    def copy_of_file(self, name: str) -> Path:
        """A fresh copy of FlowyML's file."""
        return Path(shutil.copy(self.flowyml_file, self.folder / name))

    @cached_property
    def flowyml(self) -> FlowyML:
        """FlowyML on its file."""
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
        """ML Metadata; raises `NotInstalled`."""
        mlmd = MLMetadata(self._mlmd_python, self.history, self.folder)
        self._stack.callback(mlmd.close)
        return mlmd

    @cached_property
    def neo4j(self) -> EmbeddedNeo4j:
        """The Neo4j beneath the service."""
        return self._stack.enter_context(EmbeddedNeo4j(self.folder / "neo4j", heap=HEAP, page_cache=PAGE_CACHE))

    def stopped(self) -> tuple[Path, int, int]:
        """The folder of Neo4j, now stopped and so with everything in its files, and how many artifacts and edges."""
        assert self.service
        self.neo4j.stop()
        end = self._written.get("service", self.history.size)
        return self.folder / "neo4j", end, sum(len(self.history.parents_of(position)) for position in range(end))

    def local_size(self) -> tuple[int, int]:
        """How many artifacts the local backend's file holds, and its bytes."""
        assert self.local
        size = sum(path.stat().st_size for path in self.folder.glob("local.db*"))
        return self._written.get("local", self.history.size), size

    @cached_property
    def process(self) -> ServiceProcess:
        """The service's process."""
        return self._stack.enter_context(ServiceProcess(self.neo4j.start(), self.folder / "service.log"))

    @cached_property
    def service(self) -> Ours:
        """Our service through our client, with the history registered batch by batch."""
        service = Ours(self._stack.enter_context(self.process.client()))
        self._load(service)
        return service

    @cached_property
    def bolt(self) -> Bolt:
        """The driver alone, on what the service has loaded."""
        from catalog_graph.backends.neo4j import Neo4jCatalogBackend

        assert self.service
        settings = self.neo4j.connection
        backend = Neo4jCatalogBackend(settings.uri, settings.username, settings.password)
        bolt = Bolt(settings, backend)
        self._stack.callback(bolt.close)
        return bolt

    def _load(self, service: Ours) -> None:
        loaded, pid = self.loaded, self.process.pid
        loaded.idle_mb = resident_mb(pid)
        with peak_memory(pid) as peak:
            for batch in in_batches(self.history.entries(), BATCH):
                entries = our_entries(batch)
                started = time.perf_counter()
                service.register_many(entries)
                loaded.seconds.append(time.perf_counter() - started)
                loaded.artifacts.append(len(entries) + (loaded.artifacts[-1] if loaded.artifacts else 0))
                loaded.service_mb.append(resident_mb(pid))
        loaded.peak_mb = peak.mb
        assert self.neo4j.pid is not None
        loaded.neo4j_mb = resident_mb(self.neo4j.pid)


class Bench:
    """A run of one stage: its worlds by size."""

    def __init__(self, stage: Stage, folder: Path, mlmd_python: Path) -> None:
        self.stage = stage
        self.size = SIZES[stage]
        self.folder = folder
        self._mlmd_python = mlmd_python
        self.remarks: list[str] = []
        self._stack = ExitStack()
        self._worlds: dict[int, World] = {}

    @property
    def times_count(self) -> bool:
        """Whether times are measured; a quick run only holds the answers equal."""
        return self.stage != "quick"

    @property
    def has_local(self) -> bool:
        """Whether the local backend takes part: a file of a million is not what it is for."""
        return self.stage != "million"

    def world(self, size: int | None = None) -> World:
        """The history of `size` artifacts (the stage's, if not given) in its contenders."""
        size = size or self.size
        if size not in self._worlds:
            self._worlds[size] = World(size, self.folder, self._stack, self._mlmd_python)
        return self._worlds[size]

    @property
    def worlds(self) -> dict[str, World]:
        """By the suffix of a contender's label: the stage's size, and where it is larger, 10,000."""
        small = {f"@{SMALL}": self.world(SMALL)} if self.size > SMALL else {}
        return {"": self.world(), **small}

    @property
    def neo4j_version(self) -> str:
        """Of the Neo4j beneath the service."""
        name = "CALL dbms.components() YIELD versions RETURN versions[0]"
        return str(self.world().bolt.query(name)[0][0])

    def keep(self, resource: AbstractContextManager[T]) -> T:
        """`resource`, entered now and left when the run ends."""
        return self._stack.enter_context(resource)

    def hold_all_complete(self) -> None:
        """Every contender that was written to holds all that it was sent."""
        for world in self._worlds.values():
            world.hold_complete()

    def __enter__(self) -> Bench:
        self._stack.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
