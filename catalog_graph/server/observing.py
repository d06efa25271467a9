"""Observe each request and each query: ids, metrics, spans, the access log and the log of slow queries."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog_graph.backends.observation import StoreObserver
from catalog_graph.server.logs import ACCESS, FIELDS
from catalog_graph.server.metrics import Metrics
from catalog_graph.server.outage import OutageLog
from catalog_graph.server.request_ids import CURRENT, HEADER, TRACE_HEADER, ids_of
from catalog_graph.server.security_headers import add_security_headers
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.tracing import Tracing, check_tracing

NO_ROUTE = "none"
"""The route of requests that are answered before a route is chosen, such as those without an API key."""
_access_log = logging.getLogger(ACCESS)
_query_log = logging.getLogger("catalog_graph.queries")


class ServiceObserver(StoreObserver):
    """Receiver of the reports about the requests and the store of one service."""

    def __init__(self, settings: ServerSettings) -> None:
        self.metrics = Metrics()
        self.tracing: Tracing = _tracing_of(settings)
        self.outage = OutageLog()
        self.has_access_log = settings.access_log
        self._slow_seconds = settings.slow_query or float("inf")

    @contextmanager
    def query(self, name: str) -> Iterator[None]:
        """Measure a query, open its span, and log it if it is slow."""
        began = time.perf_counter()
        has_failed = False
        try:
            with self.tracing.query(name):
                yield
        except Exception:
            has_failed = True
            raise
        finally:
            seconds = time.perf_counter() - began
            self.metrics.query_ended(name, seconds, has_failed)
            if seconds >= self._slow_seconds:
                values = {"query": name, "seconds": round(seconds, 3), "failed": has_failed}
                _query_log.warning("slow query", extra={FIELDS: values})
        self.outage.answered()

    def session(self) -> AbstractContextManager[None]:
        """Count an open session."""
        return self.metrics.session()

    def retried(self) -> None:
        """Count a retry."""
        self.metrics.retried()

    def grouped(self, size: int) -> None:
        """Count a group."""
        self.metrics.grouped(size)


class ObservingMiddleware:
    """Middleware that gives each request its ids, and notes how it was answered, by the last byte of its answer."""

    def __init__(self, app: ASGIApp, observer: ServiceObserver) -> None:
        self.app = app
        self.observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its `request_id` in the state, and with both ids in the headers of its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with self.observer.tracing.request(scope["method"], headers) as span:
            ids = ids_of(headers.get(HEADER, ""), span.trace)
            # It is never reset: each request has a context of its own, in which the server logs faults at last.
            CURRENT.set(ids)
            scope.setdefault("state", {})["request_id"] = ids.request_id
            status = 500

            async def send_with_ids(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    response = MutableHeaders(scope=message)
                    add_security_headers(response)
                    response[HEADER] = ids.request_id
                    if span.trace:
                        response[TRACE_HEADER] = span.trace.header()
                await send(message)

            began = time.perf_counter()
            self.observer.metrics.began()
            try:
                await self.app(scope, receive, send_with_ids)
            finally:
                seconds = time.perf_counter() - began
                span.end(scope["method"], route_of(scope), status)
                self.observer.metrics.ended(scope["method"], route_of(scope), status, seconds)
                if self.observer.has_access_log:
                    _log_request(scope, status, seconds)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered a request, such as `/api/v1/catalog/artifacts/{artifact_id}`."""
    return str(getattr(scope.get("route"), "path", NO_ROUTE))


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log a request without its query string, which may hold anything."""
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("ascii", "backslashreplace")
    key = scope["state"].get("api_key")
    client: Any = scope.get("client") or ("",)
    values = {
        "method": scope["method"],
        "path": path[:500],
        "route": route_of(scope),
        "status": status,
        "duration_ms": round(1000 * seconds, 1),
        "key": key.name if key else "",
        "client": client[0],
    }
    _access_log.info("request", extra={FIELDS: values})


def _tracing_of(settings: ServerSettings) -> Tracing:
    """Return the tracing of the settings. Raises `ConfigurationError` without the extra `otel`."""
    check_tracing(settings)
    if not settings.otel_endpoint:
        return Tracing()
    from catalog_graph.server.spans import OpenTelemetry

    return OpenTelemetry(settings.otel_endpoint)
