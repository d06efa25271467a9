"""Seals of a large ancestry: time beside an export of the same artifacts, and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.bench import Bench, World
from benchmarks.measure import Trial, measurement
from benchmarks.processes import peak_memory
from benchmarks.tables import Rows, table
from benchmarks.targets import within
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.transfer.ndjson import lines_of

BATCH = 1000
"""Artifacts that are read at a time, as an export reads them."""


def exported(backend: CatalogBackend, artifact_id: str) -> int:
    """Return the bytes of an artifact and its ancestry as lines of NDJSON."""
    ids = [artifact_id, *backend.upstream(artifact_id, limit=None, exact=True).columns.artifact_id]
    batches = (backend.get_many(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
    return sum(len(lines_of([entry for entry in batch if entry is not None])) for batch in batches)


@measurement(
    "seal",
    "A seal of the whole cone, signed and kept, beside an export of the same artifacts as NDJSON",
    rounds=3,
    targets=[within("local", 3, "local, export"), within("service", 3, "service, export")],
    note="A seal of the service is signed by the client, to which the statement goes, and from which the seal comes.",
)
def seal(bench: Bench) -> dict[str, Trial]:
    """Ask both backends for both."""
    world, key = bench.world(), _key(bench.world())
    trials: dict[str, Trial] = {}
    for name, backend in {"local": world.local.backend, "service": world.service.backend}.items():
        trials[name] = Trial(lambda b=backend: b.write_seal(world.root_id, key, None, exact=True), compare=None)
        trials[f"{name}, export"] = Trial(lambda b=backend: exported(b, world.root_id), compare=None)
    return trials


@table(
    "seal_memory",
    "Memory of `catalog-graph seal` on a local file",
    ["sealed artifacts", "peak, MB", "without pages of files, MB", "file of the seal, MB"],
    note="Each seal is a new process; the first, of one artifact, is what the program takes by itself.",
)
def seal_memory(bench: Bench) -> Rows:
    """Seal artifacts with ever larger ancestries."""
    world = bench.world()
    cones = {len(world.local.backend.upstream(i, limit=None).columns) + 1: i for i in _some_ids(world)}
    return [[size, *_sealed(world, cones[size])] for size in sorted(cones)]


def _some_ids(world: World) -> list[str]:
    """Return the ids of artifacts at the beginning, at about a tenth and a half, and at the end of the history."""
    size = world.history.size
    return [world.history.id_of(0), *(world.history.id_of(size // part) for part in (10, 2)), world.root_id]


def _key(world: World) -> Path:
    """Return the file of a private key."""
    key = world.folder / "key.pem"
    if not key.exists():
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True)
    return key


def _sealed(world: World, artifact_id: str) -> tuple[int, int, float]:
    """Return the peak memory of sealing an artifact, with and without pages of files, and the size of its file."""
    key, file = _key(world), world.folder / "seal.json"
    program = str(Path(sys.executable).with_name("catalog-graph"))
    arguments = [program, "--db", str(world.folder / "local.db"), "seal", artifact_id, "--id", "--sign", str(key)]
    process = subprocess.Popen([*arguments, "--output", str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout
    with peak_memory(process.pid) as memory:
        output = process.stdout.read()
    if process.wait():
        raise RuntimeError(f"seal failed: {output.decode(errors='replace')[-2000:]}")
    return round(memory.mb), round(memory.own_mb), round(file.stat().st_size / 1e6, 1)
