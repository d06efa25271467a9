"""Copies of a catalog, out of the service and into it: rate, and memory of both sides."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import BATCH, Bench, World
from benchmarks.contenders.ours import our_entries
from benchmarks.history import in_batches
from benchmarks.processes import peak_memory
from benchmarks.tables import Rows, table
from catalog_graph import ArtifactCatalog

PART = 10
"""The copies into the service have a tenth of the history's size: writing takes longer than reading."""


class Copy(NamedTuple):
    """A copy that was made by a command."""

    command: str
    artifacts: int
    rate: float
    """Artifacts a second."""
    registering: float
    """Artifacts a second when as many were registered in batches."""
    client_mb: float
    service_mb: float

    @property
    def row(self) -> list[str | int | float | None]:
        """Return the row of the table."""
        ratio = round(self.rate / self.registering, 2)
        return [self.command, self.artifacts, round(self.rate), ratio, round(self.client_mb), round(self.service_mb)]


@table(
    "copies",
    "Copies of the whole catalog: rate, and peak memory of both sides",
    ["command", "artifacts", "artifacts a second", "× registering in batches", "client, MB", "service, MB"],
    note="Each copy is a new process of `catalog-graph`. `dump`, `backup` and `pull` read the whole service; `load`, "
    "`restore` and `push` bring a tenth as many artifacts that it does not have. The rate of registering is that of "
    f"our client in batches of {BATCH:,}, for as many artifacts.",
    last=True,
)
def copies(bench: Bench) -> Rows:
    """Read first, then write."""
    world = bench.world()
    assert world.service
    folder = world.folder / "copies"
    folder.mkdir()
    # A run of this table alone has registered the history just now, in batches.
    record = world.load_record
    history_rate = record.artifacts[-1] / sum(record.seconds)
    held = world.number_held("service")
    done = [
        _copy(world, command, folder / f"{command}.out", held, history_rate) for command in ("dump", "backup", "pull")
    ]
    part = world.history.size // PART
    rate = _registering(world, part)
    files = {command: _new(world, folder, command, part) for command in ("load", "restore", "push")}
    done += [_copy(world, command, file, part, rate) for command, file in files.items()]
    return [copy.row for copy in done]


def _registering(world: World, count: int) -> float:
    """Return the rate of registering artifacts in batches."""
    batches = [our_entries(batch) for batch in in_batches(world.next_entries("service", count), BATCH)]
    started = time.perf_counter()
    for batch in batches:
        world.service.register_many(batch)
    return count / (time.perf_counter() - started)


def _new(world: World, folder: Path, command: str, count: int) -> Path:
    """Return a file of artifacts that the service does not have, in the form that a command reads."""
    path = folder / f"{command}.db"
    with ArtifactCatalog(db_path=str(path)) as catalog:
        for batch in in_batches(world.next_entries("service", count), BATCH):
            catalog.backend.register_many(our_entries(batch))
        if command == "push":
            return path
        target = folder / f"{command}.in"
        catalog.dump(target) if command == "load" else catalog.backup(target)
        return target


def _copy(world: World, command: str, file: Path, count: int, registering: float) -> Copy:
    """Run a command and return its figures; raise if it fails."""
    program = str(Path(sys.executable).with_name("catalog-graph"))
    with peak_memory(world.process.pid) as service:
        started = time.perf_counter()
        process = subprocess.Popen(
            [program, "--endpoint", world.process.endpoint, command, str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout
        # What the system reports as the peak of a child is at least the memory of the process that started it.
        with peak_memory(process.pid) as client:
            output = process.stdout.read()
        process.wait()
        seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command} failed: {output.decode(errors='replace')[-2000:]}")
    return Copy(command, count, count / seconds, registering, client.mb, service.mb)
