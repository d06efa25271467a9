"""Memory of the service, while it answers and while it registers a history, and of its Neo4j."""

from __future__ import annotations

from benchmarks.bench import HEAP, PAGE_CACHE, Bench
from benchmarks.contenders.ours import Ours
from benchmarks.measure import Trial, measurement
from benchmarks.processes import peak_memory, resident_mb
from benchmarks.questions.deep import PLAIN
from benchmarks.tables import Rows, table
from benchmarks.targets import below, within

CONES = 10
NEO4J_MB = 1024 + 512
"""Sum of heap and page cache."""


@measurement(
    "memory",
    f"Peak memory of the service while it answers the cone {CONES} times",
    rounds=1,
    unit="MB",
    targets=[below("service", 600), below(PLAIN, 300)],
    note="Resident memory of the service's process, without Neo4j.",
)
def memory(bench: Bench) -> dict[str, Trial]:
    """Measure during the service's largest answer."""
    world = bench.world()
    assert world.service

    def peak(ours: Ours, pid: int) -> float:
        with peak_memory(pid) as maximum:
            for _ in range(CONES):
                ours.cone(world.root_id)
        return maximum.mb

    return {
        "service": Trial(lambda: peak(world.service, world.process.pid), compare=None),
        PLAIN: Trial(lambda: peak(world.plain, world.plain_process.pid), compare=None),
    }


@table(
    "loading",
    "Rate and memory while the history is registered, batch by batch",
    ["artifacts", "artifacts a second", "service, MB"],
    stages=frozenset({"bench", "million"}),
)
def loading(bench: Bench) -> Rows:
    """Return about ten rows at any size."""
    world = bench.world()
    assert world.service
    record = world.load_record
    step = max(1, len(record.artifacts) // 10)
    rows: Rows = [[0, None, round(record.idle_mb)]]
    for end in range(step, len(record.artifacts) + 1, step):
        start = end - step
        before = record.artifacts[start - 1] if start else 0
        rate = (record.artifacts[end - 1] - before) / sum(record.seconds[start:end])
        rows.append([record.artifacts[end - 1], round(rate), round(max(record.service_mb[start:end]))])
    return rows


@measurement(
    "memory_flat",
    "Memory of the service while a history is registered",
    rounds=1,
    unit="MB",
    stages=frozenset({"bench", "million"}),
    targets=[within("service, in the last tenth", 1.1, "service, in the first tenth"), below("service, peak", 300)],
)
def memory_flat(bench: Bench) -> dict[str, Trial]:
    """Compare the memory after batches of the first and of the last tenth; the peak is sampled all the time."""
    world = bench.world()
    assert world.service
    samples = world.load_record.service_mb
    tenth = max(1, len(samples) // 10)
    figures = {"in the first tenth": max(samples[:tenth]), "in the last tenth": max(samples[-tenth:])}
    figures["peak"] = world.load_record.peak_mb
    return {f"service, {part}": Trial(lambda mb=mb: mb, compare=None) for part, mb in figures.items()}


@measurement(
    "memory_neo4j",
    f"Memory of Neo4j, with a heap of {HEAP} and a page cache of {PAGE_CACHE}",
    rounds=1,
    unit="MB",
    stages=frozenset({"bench", "million"}),
    targets=[below("neo4j", NEO4J_MB)],
    note="Resident memory of its process after all writes and reads: heap, page cache, and Java's own memory.",
)
def memory_neo4j(bench: Bench) -> dict[str, Trial]:
    """Measure at each size of the run."""
    trials = {}
    for suffix, world in bench.worlds.items():
        assert world.service
        pid = world.neo4j.pid
        assert pid is not None
        trials[f"neo4j{suffix}"] = Trial(lambda pid=pid: resident_mb(pid), compare=None)
    return trials
