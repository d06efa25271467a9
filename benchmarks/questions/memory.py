"""What it takes in memory: the service while it answers and while it loads, and its Neo4j."""

from __future__ import annotations

from benchmarks.bench import HEAP, PAGE_CACHE, Bench
from benchmarks.measure import Ask, measurement
from benchmarks.processes import peak_memory
from benchmarks.tables import Rows, table
from benchmarks.targets import below

CONES = 10


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


@table(
    "neo4j_memory",
    f"Neo4j's memory, with a heap of {HEAP} and a page cache of {PAGE_CACHE}",
    ["artifacts", "after loading, MB", "now, MB"],
    stages=frozenset({"bench", "million"}),
)
def neo4j_memory(bench: Bench) -> Rows:
    """Resident memory of its process: heap and page cache, and some 300 MB that the Java machine takes beside them."""
    from benchmarks.processes import resident_mb

    rows: Rows = []
    for world in bench.worlds.values():
        assert world.service
        assert world.neo4j.pid is not None
        rows.append([world.history.size, round(world.loaded.neo4j_mb), round(resident_mb(world.neo4j.pid))])
    return rows
