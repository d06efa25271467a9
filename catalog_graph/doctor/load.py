"""Check what a service tells of itself in its metrics: sizes, failures, waiting requests, slow queries, open files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from catalog_graph.doctor.findings import Finding, good, noted

if TYPE_CHECKING:
    from catalog_graph.backends.remote.http import HttpService

SLOW_SECONDS = 1.0
"""Mean duration from which a query is slow."""
FULL = 0.8
"""Share of the open files that the system allows, from which they are few."""
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Sample(NamedTuple):
    """A value of a metric."""

    name: str
    labels: dict[str, str]
    value: float


def examine(service: HttpService, root: str) -> Iterator[Finding]:
    """Yield the findings about the replica that answers; none if it has no metrics for this key."""
    response = service.send("GET", f"{root}/metrics", once=True)
    if response.status == 200:
        yield from findings(response.data.decode())


def findings(text: str) -> Iterator[Finding]:
    """Yield the findings about the metrics of a service."""
    samples = [
        Sample(name, dict(_LABEL.findall(labels)), float(value)) for name, labels, value in _SAMPLE.findall(text)
    ]
    single = {sample.name: sample.value for sample in samples if not sample.labels}
    if "catalog_graph_artifacts" in single:
        artifacts, edges = (single[f"catalog_graph_{name}"] for name in ("artifacts", "edges"))
        yield good("size", f"{artifacts:,.0f} known artifacts, {edges:,.0f} edges")
    yield from _failures(samples)
    if waiting := single.get("catalog_graph_threads_waiting"):
        yield noted("load", f"{waiting:,.0f} requests wait for a thread", "ask later, or add a replica")
    yield from _slow_queries(samples)
    is_open, limit = single.get("process_open_fds", 0), single.get("process_max_fds", 0)
    if limit and is_open > FULL * limit:
        yield noted(
            "files",
            f"the service has {is_open:,.0f} of {limit:,.0f} files open",
            "raise `ulimit -n` of the service, or lower CATALOG_GRAPH_MAX_CONNECTIONS",
        )


def _failures(samples: list[Sample]) -> Iterator[Finding]:
    by_status: dict[str, float] = {}
    for sample in samples:
        if sample.name == "catalog_graph_requests_total":
            by_status[sample.labels["status"]] = by_status.get(sample.labels["status"], 0) + sample.value
    failed = {status: count for status, count in sorted(by_status.items()) if status >= "500"}
    message = f"{sum(by_status.values()):,.0f} requests were answered since this replica started"
    if not failed:
        yield good("answers", f"{message}, none with a server error")
        return
    counts = ", ".join(f"{count:,.0f} with {status}" for status, count in failed.items())
    yield noted("answers", f"{message}, {counts}", "see the service's log")


def _slow_queries(samples: list[Sample]) -> Iterator[Finding]:
    prefix = "catalog_graph_query_duration_seconds"
    sums, counts = (
        {s.labels["query"]: s.value for s in samples if s.name == f"{prefix}_{part}"} for part in ("sum", "count")
    )
    means = sorted(((sums[name] / count, name) for name, count in counts.items() if count), reverse=True)
    if means and means[0][0] >= SLOW_SECONDS:
        seconds, name = means[0]
        yield noted(
            "queries",
            f"the query {name} takes {seconds:.1f} s on average",
            "see the log of slow queries, and the memory of Neo4j (CATALOG_GRAPH_NEO4J_HEAP)",
        )
