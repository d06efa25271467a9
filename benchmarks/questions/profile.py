"""Time of the cone by step, from the database to objects in the client."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.bench import Bench
from benchmarks.contenders.bolt import recorded_queries
from benchmarks.questions.deep import with_objects
from benchmarks.tables import Rows, table
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.checks import MAX_NODES
from catalog_graph.lineage import PACKED, Lineage

ROUNDS = 7


@table(
    "profile",
    "The cone through the service, by step",
    ["step", "ms", "share of the total"],
    note=(
        "Medians. The query is timed by the database's own clock; then over bare Bolt, in our backend and as a plain "
        "HTTP request, each minus the steps below it; then in the client."
    ),
)
def profile(bench: Bench) -> Rows:
    """Time the steps in turn, so that noise affects all of them."""
    world = bench.world()
    root, rounds = world.root_id, ROUNDS if bench.is_timed else 1
    backend = world.bolt.backend
    address = f"{world.process.endpoint}/artifacts/{root}/upstream"
    http = httpx.Client(timeout=None, headers={"Accept": PACKED}, params={"limit": MAX_NODES, "form": "columns"})
    body = http.get(address).raise_for_status().content
    with recorded_queries() as queries:
        lineage = backend.upstream(root, limit=None)
    steps: dict[str, Callable[[], Any]] = {
        "bolt": world.bolt.bare(_whole_cone(root)),
        "backend": lambda: backend.upstream(root, limit=None),
        "encode": lineage.to_packed,
        "http": lambda: http.get(address).content,
        "decode": lambda: Lineage.from_packed(body),
        "objects": lambda: with_objects(Lineage.from_packed(body)),
        "client": lambda: world.service.cone(root),
    }
    times: dict[str, list[float]] = {name: [] for name in ["database", *steps]}
    for _ in range(rounds):
        times["database"].append(sum(world.bolt.server_ms(text, values) for text, values in queries))
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            times[name].append((time.perf_counter() - started) * 1000)
    http.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    total = medians["client"]
    parts = {
        f"database: {_count_of_queries(len(queries))}, by its own clock": medians["database"],
        "driver: rows to Python values": medians["bolt"] - medians["database"],
        "backend: edges as positions": medians["backend"] - medians["bolt"],
        f"service: encoding, {len(body) / 1e6:.1f} MB": medians["encode"],
        "transport: HTTP, routing, threads": medians["http"] - medians["backend"] - medians["encode"],
        "client: a `Lineage`": medians["decode"],
        "client: the rest": total - medians["http"] - medians["decode"],
    }
    rows: Rows = [[step, round(ms, 1), f"{ms / total:.0%}"] for step, ms in parts.items()]
    rows.append(["total, through the client", round(total, 1), "100%"])
    extra = medians["objects"] - medians["decode"]
    rows.append(["objects, on access to `.nodes` and `.edges`", round(extra, 1), f"+{extra / total:.0%}"])
    return rows


def _whole_cone(root: str) -> Callable[[StoreBackend], Lineage]:
    return lambda backend: backend.upstream(root, limit=None)


def _count_of_queries(number: int) -> str:
    return "one query" if number == 1 else f"{number} queries"
