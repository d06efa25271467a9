"""Metrics of the service for Prometheus: requests, queries, groups, threads, and how much the store holds.

No label has a value of a user: routes are templates, queries the names of files in `cypher/`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from catalog_graph.version import __version__

_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUERY_SECONDS = (0.002, 0.01, 0.05, 0.25, 1, 5, 30)
_GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
# The instant at which each counter began would be a quarter of all lines.
disable_created_metrics()  # type: ignore[no-untyped-call]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The metrics of one service; `docs/operations/monitoring.md` describes each."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        Info("catalog_graph_build", "Version of the service", registry=registry).info({"version": __version__})
        by_route = ("method", "route")
        self._requests = Counter(
            "catalog_graph_requests", "Requests that were answered", (*by_route, "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "catalog_graph_request_duration_seconds",
            "Time from the head of a request to the last byte of its answer",
            by_route,
            registry=registry,
            buckets=_REQUEST_SECONDS,
        )
        self._in_progress = Gauge("catalog_graph_requests_in_progress", "Requests in progress", registry=registry)
        self._query_seconds = Histogram(
            "catalog_graph_query_duration_seconds",
            "Time of queries of the store, with the wait for a connection",
            ("query",),
            registry=registry,
            buckets=_QUERY_SECONDS,
        )
        self._query_errors = Counter(
            "catalog_graph_query_errors", "Queries of the store that failed", ("query",), registry=registry
        )
        self._retries = Counter("catalog_graph_retries", "Transactions that were tried again", registry=registry)
        self._groups = Histogram(
            "catalog_graph_group_size",
            "Writes that were committed in one transaction",
            registry=registry,
            buckets=_GROUP_SIZES,
        )
        self._sessions = Gauge(
            "catalog_graph_sessions", "Sessions that have, or wait for, a connection to Neo4j", registry=registry
        )

        self._messages = Counter(
            "catalog_graph_webhook_deliveries", "Messages of webhooks that were sent", ("outcome",), registry=registry
        )

    # ---- requests

    def began(self) -> None:
        """Note that a request came."""
        self._in_progress.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note that a request was answered; its route is a template, or `none` if no route was reached."""
        method = method if method in _METHODS else "other"
        self._in_progress.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    # ---- webhooks

    def count_message(self, has_arrived: bool) -> None:
        """Count a message of a webhook, which arrived or did not."""
        self._messages.labels("delivered" if has_arrived else "failed").inc()

    # ---- the store

    def query_ended(self, name: str, seconds: float, has_failed: bool) -> None:
        """Note that a query ended."""
        self._query_seconds.labels(name).observe(seconds)
        if has_failed:
            self._query_errors.labels(name).inc()

    def session(self) -> AbstractContextManager[None]:
        """Count an open session."""
        return self._sessions.track_inprogress()

    def retried(self) -> None:
        """Count a retry."""
        self._retries.inc()

    def grouped(self, size: int) -> None:
        """Count a group."""
        self._groups.observe(size)
