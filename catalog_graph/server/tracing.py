"""Traces: a span for each request and for each query, if the setting names a collector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec

from starlette.datastructures import Headers

from catalog_graph.errors import missing_extra
from catalog_graph.server.request_ids import TRACE_HEADER, Trace, received_trace
from catalog_graph.server.settings import ServerSettings

EXPORTER = "opentelemetry.exporter.otlp.proto.http"


class RequestSpan:
    """The span of a request; this one is sent to nobody, and continues the trace of a caller that has one."""

    def __init__(self, trace: Trace | None) -> None:
        self.trace = trace

    def end(self, method: str, route: str, status: int) -> None:
        """Note how the request was answered."""


class Tracing:
    """The spans of a service; this one makes none."""

    @contextmanager
    def request(self, method: str, headers: Headers) -> Iterator[RequestSpan]:
        """Open the span of a request, which is that of the queries inside."""
        received = received_trace(headers.get(TRACE_HEADER, ""))
        yield RequestSpan(received.child() if received else None)

    def query(self, name: str) -> AbstractContextManager[None]:
        """Open the span of a query."""
        return nullcontext()

    def close(self) -> None:
        """Send the spans that are left."""


def check_tracing(settings: ServerSettings) -> None:
    """Raise `ConfigurationError` if spans are to be sent and the extra `otel` is not installed."""
    if settings.otel_endpoint and not _is_installed():
        raise missing_extra("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry-exporter-otlp-proto-http", "otel")


def _is_installed() -> bool:
    try:
        return find_spec(EXPORTER) is not None
    except ModuleNotFoundError:
        return False
