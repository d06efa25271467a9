"""Spans of OpenTelemetry, sent to a collector by OTLP over HTTP; the extra `otel` installs what this needs.

The spans have no value of a user: no path, no query string, no parameter and no message of an error. The provider is
not the global one, so that FastAPI, which puts paths and query strings into its own spans, makes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

from catalog_graph.server.request_ids import Trace
from catalog_graph.server.tracing import RequestSpan, Tracing
from catalog_graph.version import __version__


class OpenTelemetry(Tracing):
    """Spans that are sent to a collector in the background."""

    def __init__(self, endpoint: str) -> None:
        own = Resource({"service.name": "catalog_graph", SERVICE_VERSION: __version__})
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last.
        self._provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("catalog_graph", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, method: str, headers: Headers) -> Iterator[RequestSpan]:
        """Open the span of a request, in the trace of its caller."""
        context = self._propagator.extract(dict(headers))
        with self._tracer.start_as_current_span(
            method, context, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield _RequestSpan(span)

    @contextmanager
    def query(self, name: str) -> Iterator[None]:
        """Open the span of a query, in that of the request; a group of writes is in that of one of its requests.

        What the service asks by itself, such as its webhooks each second, has none.
        """
        if not get_current_span().get_span_context().is_valid:
            yield
            return
        # Not the current span: the rows of a stream are read in more than one context.
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes={"db.query.summary": name})
        try:
            yield
        except Exception as error:
            _fail(span, type(error).__name__)
            raise
        finally:
            span.end()

    def close(self) -> None:
        """Send the spans that are left."""
        self._provider.shutdown()


class _RequestSpan(RequestSpan):
    def __init__(self, span: Span) -> None:
        context = span.get_span_context()
        super().__init__(
            Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", f"{int(context.trace_flags):02x}")
        )
        self._span = span

    def end(self, method: str, route: str, status: int) -> None:
        self._span.update_name(f"{method} {route}")
        self._span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if status >= 500:
            _fail(self._span, str(status))


def _fail(span: Span, kind: str) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)
