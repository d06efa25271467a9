"""Spans of OpenTelemetry, received by a collector: one for each request, one for each query below it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Run a collector until the end of the block; yield its address and what it receives."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", bodies
        finally:
            server.shutdown()
            thread.join()


def spans_of(bodies: list[bytes]) -> list[Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    requests = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    return [span for r in requests for resource in r.resource_spans for s in resource.scope_spans for span in s.spans]


def test_requests_and_queries_are_spans_of_the_callers_trace(neo4j_backend: Neo4jCatalogBackend) -> None:
    with collector() as (address, bodies):
        settings = ServerSettings(otel_endpoint=address)
        with running(neo4j_backend, settings) as url:
            wire = Wire(url, {"traceparent": f"00-{TRACE}-{PARENT}-01"})
            wire.register(artifact_id="secret-id", name="secret-name")
            reply = wire("GET", "/artifacts/secret-id?exact=true")
            wire("GET", "/artifacts/search?q=secret-query&facets=artifact_type").ok()
    spans = spans_of(bodies)
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    requests = {span.name: span for span in spans if span.parent_span_id.hex() == PARENT}
    assert requests.keys() == {
        "POST /api/v1/catalog/artifacts",
        "GET /api/v1/catalog/artifacts/{artifact_id}",
        "GET /api/v1/catalog/artifacts/search",
    }
    read = requests["GET /api/v1/catalog/artifacts/{artifact_id}"]
    assert reply.headers["traceparent"] == f"00-{TRACE}-{read.span_id.hex()}-01"
    attributes = {a.key: a.value.int_value or a.value.string_value for a in read.attributes}
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/catalog/artifacts/{artifact_id}",
        "http.response.status_code": 200,
    }
    # Queries in other threads, the writer of a group too, are below the request that asked for them.
    parents = {span.span_id for span in requests.values()}
    queries = [span for span in spans if span.span_id not in parents]
    assert {"artifacts/read", "artifacts/create", "commit"} <= {span.name for span in queries}
    assert [span.name for span in queries if span.parent_span_id not in parents] == []
    assert b"secret" not in b"".join(bodies)
