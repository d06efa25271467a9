"""What it takes in memory: the service while it answers and while it loads, and its Neo4j."""

from __future__ import annotations

from benchmarks.bench import HEAP, PAGE_CACHE, Bench
from benchmarks.measure import Ask, measurement
from benchmarks.processes import peak_memory, resident_mb
from benchmarks.tables import Rows, table
from benchmarks.targets import below, within

CONES = 10
NEO4J_MB = 1024 + 512
"""Heap and page cache together."""


@measurement(
    "memory",
    f"The service's own memory: its peak while it answers the cone {CONES} times",
    rounds=1,
    unit="MB",
    targets=[below("service", 300)],
    note="Resident memory of the process that serves, Neo4j apart.",
)
def memory(bench: Bench) -> dict[str, Ask]:
    """The largest answer that the service gives."""
    world = bench.world()
    assert world.service

    def peak() -> float:
        with peak_memory(world.process.pid) as seen:
            for _ in range(CONES):
                world.service.cone(world.root_id)
        return seen.mb

    return {"service": Ask(peak, compare=None)}


@table(
    "loading",
    "While the history is loaded, batch by batch",
    ["artifacts", "a second", "service, MB"],
    stages=frozenset({"bench", "million"}),
)
def loading(bench: Bench) -> Rows:
    """Ten lines, whatever the size."""
    world = bench.world()
    assert world.service
    loaded = world.loaded
    step = max(1, len(loaded.artifacts) // 10)
    rows: Rows = [[0, None, round(loaded.idle_mb)]]
    for end in range(step, len(loaded.artifacts) + 1, step):
        start = end - step
        before = loaded.artifacts[start - 1] if start else 0
        rate = (loaded.artifacts[end - 1] - before) / sum(loaded.seconds[start:end])
        rows.append([loaded.artifacts[end - 1], round(rate), round(max(loaded.service_mb[start:end]))])
    return rows


@measurement(
    "memory_flat",
    "The service's own memory while a history is loaded",
    rounds=1,
    unit="MB",
    stages=frozenset({"bench", "million"}),
    targets=[within("service, in the last tenth", 1.1, "service, in the first tenth"), below("service, peak", 300)],
)
def memory_flat(bench: Bench) -> dict[str, Ask]:
    """Read after each batch, the peak all the time."""
    world = bench.world()
    assert world.service
    seen = world.loaded.service_mb
    tenth = max(1, len(seen) // 10)
    figures = {"in the first tenth": max(seen[:tenth]), "in the last tenth": max(seen[-tenth:])}
    figures["peak"] = world.loaded.peak_mb
    return {f"service, {when}": Ask(lambda mb=mb: mb, compare=None) for when, mb in figures.items()}


@measurement(
    "memory_neo4j",
    f"Neo4j's memory, with a heap of {HEAP} and a page cache of {PAGE_CACHE}",
    rounds=1,
    unit="MB",
    stages=frozenset({"bench", "million"}),
    targets=[below("neo4j", NEO4J_MB)],
    note="Resident memory of its process after loading and answering: heap, page cache, and Java's own.",
)
def memory_neo4j(bench: Bench) -> dict[str, Ask]:
    """Of each size that is loaded."""
    asks = {}
    for suffix, world in bench.worlds.items():
        assert world.service
        pid = world.neo4j.pid
        assert pid is not None
        asks[f"neo4j{suffix}"] = Ask(lambda pid=pid: resident_mb(pid), compare=None)
    return asks
