"""Seals of a large ancestry: time beside an export of the same artifacts, and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.bench import SMALL, Bench, World
from benchmarks.contenders.ours import PATIENCE, ServiceProcess
from benchmarks.measure import Trial, measurement
from benchmarks.processes import peak_memory
from benchmarks.targets import below, within
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.transfer.ndjson import lines_of

BATCH = 1000
"""Artifacts that are read at a time, as an export reads them."""

PROCESSES = ("local", "service", "client")
MAX_MB = 16
"""Memory that a seal may take for any number of artifacts: batches, buffers, and caches of temporary files."""


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


@measurement(
    "seal_memory",
    "Memory of a seal of the whole cone beyond that of a seal of one artifact",
    rounds=1,
    unit="MB",
    stages=frozenset({"bench"}),
    targets=[below(f"{process}{cone}", MAX_MB) for process in PROCESSES for cone in ("", f"@{SMALL}")],
    note=(
        "The difference of two peaks, each in a new process: `catalog-graph seal --output` on a local file, the "
        "service, and the same command as its client. Pages of files, which the system can take back, are left out."
    ),
)
def seal_memory(bench: Bench) -> dict[str, Trial]:
    """Seal one artifact and the whole cone, at each size of the run."""
    trials: dict[str, Trial] = {}
    for suffix, world in bench.worlds.items():
        one, cone = (_peaks(world, artifact_id) for artifact_id in (world.history.id_of(0), world.root_id))
        for process in PROCESSES:
            trials[f"{process}{suffix}"] = Trial(lambda mb=cone[process] - one[process]: mb, compare=None)
    return trials


def _peaks(world: World, artifact_id: str) -> dict[str, float]:
    """Return the peak memory of each process while it seals an artifact, in MB."""
    assert world.local
    assert world.service
    local = _sealed(world, artifact_id, "--db", str(world.folder / "local.db"))
    log = world.folder / "sealing.log"
    with ServiceProcess(world.neo4j.connection, log) as service, peak_memory(service.pid) as memory:
        client = _sealed(world, artifact_id, "--endpoint", service.endpoint, "--timeout", str(PATIENCE))
    return dict(zip(PROCESSES, (local, memory.own_mb, client), strict=True))


def _key(world: World) -> Path:
    """Return the file of a private key."""
    key = world.folder / "key.pem"
    if not key.exists():
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True)
    return key


def _sealed(world: World, artifact_id: str, *catalog: str) -> float:
    """Return the peak memory of the command that seals an artifact, in MB, without pages of files."""
    program = str(Path(sys.executable).with_name("catalog-graph"))
    options = ["--id", "--sign", str(_key(world)), "--output", str(world.folder / "seal.json"), *catalog]
    command = [program, "seal", artifact_id, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout
    with peak_memory(process.pid) as memory:
        output = process.stdout.read()
    if process.wait():
        raise RuntimeError(f"seal failed: {output.decode(errors='replace')[-2000:]}")
    return memory.own_mb
