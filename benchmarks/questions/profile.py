"""Where each millisecond of the cone goes, from the database to objects in the client."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.bench import Bench
from benchmarks.contenders.bolt import noted
from benchmarks.questions.deep import with_objects
from benchmarks.tables import Rows, table
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import MAX_NODES
from catalog_graph.lineage import PACKED, Lineage

ROUNDS = 7


@table(
    "profile",
    "The cone through the service: where each millisecond goes",
    ["step", "ms", "share of the whole"],
    note=(
        "Medians, each step measured by itself: the query by the database's own clock; the same over bare Bolt, by our "
        "backend, and by a plain HTTP request, each less what lies beneath it; then what the client does."
    ),
)
def profile(bench: Bench) -> Rows:
    """Steps are taken in turn, so that noise hits all alike."""
    world = bench.world()
    root, rounds = world.root_id, ROUNDS if bench.times_count else 1
    backend = world.bolt.backend
    address = f"{world.process.endpoint}/artifacts/{root}/upstream"
    http = httpx.Client(timeout=None, headers={"Accept": PACKED}, params={"limit": MAX_NODES, "form": "columns"})
    body = http.get(address).raise_for_status().content
    with noted() as sent:
        lineage = backend.upstream(root, limit=None)
    steps: dict[str, Callable[[], Any]] = {
        "bolt": world.bolt.bare(_whole(root)),
        "backend": lambda: backend.upstream(root, limit=None),
        "encode": lineage.to_packed,
        "http": lambda: http.get(address).content,
        "decode": lambda: Lineage.from_packed(body),
        "objects": lambda: with_objects(Lineage.from_packed(body)),
        "client": lambda: world.service.cone(root),
    }
    times: dict[str, list[float]] = {name: [] for name in ["database", *steps]}
    for _ in range(rounds):
        times["database"].append(sum(world.bolt.server_ms(text, values) for text, values in sent))
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            times[name].append((time.perf_counter() - started) * 1000)
    http.close()
    at = {name: statistics.median(values) for name, values in times.items()}
    parts = {
        f"database: {_queries(len(sent))}, by its own clock": at["database"],
        "driver: rows to Python values": at["bolt"] - at["database"],
        "backend: edges as positions": at["backend"] - at["bolt"],
        f"service: packed, {len(body) / 1e6:.1f} MB": at["encode"],
        "transport: HTTP, routing, threads": at["http"] - at["backend"] - at["encode"],
        "client: a `Lineage`": at["decode"],
        "client: the rest": at["client"] - at["http"] - at["decode"],
    }
    rows: Rows = [[step, round(ms, 1), f"{ms / at['client']:.0%}"] for step, ms in parts.items()]
    rows.append(["the whole, through the client", round(at["client"], 1), "100%"])
    extra = at["objects"] - at["decode"]
    rows.append(["objects, when `.nodes` and `.edges` are looked at", round(extra, 1), f"+{extra / at['client']:.0%}"])
    return rows


def _whole(root: str) -> Callable[[CatalogBackend], Lineage]:
    return lambda backend: backend.upstream(root, limit=None)


def _queries(number: int) -> str:
    return "one query" if number == 1 else f"{number} queries"
