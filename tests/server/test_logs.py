"""The log: what a line says of a request, one line a minute for an outage, slow queries, and no key anywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import StoreUnavailable
from catalog_graph.server import logs, outage
from catalog_graph.server.keys import new_key
from catalog_graph.server.request_ids import received_trace
from catalog_graph.server.settings import ServerSettings
from tests.server.command import served
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.model import ModelBackend

KEY = "a-key-of-the-settings-0123"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class Away(ModelBackend):
    """A store that is away until `is_away` is false."""

    is_away = True

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        if self.is_away:
            raise StoreUnavailable("the store is away")
        return super()._get(artifact_ids)


def record(message: str, **values: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "n", "levelname": "INFO", "msg": message, logs.FIELDS: values})


def test_a_request_is_one_line_of_json(tmp_path: Path) -> None:
    settings = {"CATALOG_GRAPH_LOG_FORMAT": "json", "CATALOG_GRAPH_ACCESS_LOG": "true"}
    with served(
        "--store", f"sqlite:///{tmp_path}/c.db", CATALOG_GRAPH_API_KEYS=f"ci={KEY}:write", **settings
    ) as service:
        wire = Wire(service.url, {"Authorization": f"Bearer {KEY}"})
        headers = {"X-Request-ID": "r 1", "traceparent": PARENT}
        reply = wire("GET", "/artifacts/a%2Fb?exact=true", headers=headers)
        assert reply.status == 404
        assert reply.headers["x-request-id"] == "r 1"
        trace = received_trace(reply.headers["traceparent"])
        assert trace is not None
        assert (trace.trace_id, trace.flags) == (TRACE, "01")
        assert trace.span_id not in PARENT
        assert wire("GET", "/artifacts", headers={"traceparent": PARENT}).headers["x-request-id"] == TRACE
        assert "traceparent" not in wire("GET", "/artifacts").headers
    first, second, _ = (json.loads(line) for line in service.err)
    assert first.pop("time")[10:11] == "T"
    assert first.pop("duration_ms") > 0
    assert first == {
        **{"level": "info", "logger": "catalog_graph.access", "message": "request", "method": "GET"},
        **{"path": "/api/v1/catalog/artifacts/a%2Fb", "route": "/api/v1/catalog/artifacts/{artifact_id}"},
        **{"status": 404, "key": "ci", "client": "127.0.0.1", "request_id": "r 1", "trace_id": TRACE},
    }
    assert second["request_id"] == TRACE


def test_no_key_is_in_any_log(tmp_path: Path) -> None:
    """In a header, a query string, a path, a body; of the file, of the environment, and wrong ones."""
    made, line = new_key("made", "write")
    (tmp_path / "keys").write_text(line.line(), encoding="utf-8")
    wrong = new_key("wrong", "write")[0]
    variables = {"CATALOG_GRAPH_API_KEYS": f"ci={KEY}:write", "CATALOG_GRAPH_API_KEYS_FILE": str(tmp_path / "keys")}
    options = ("--store", f"sqlite:///{tmp_path}/c.db", "--log-level", "debug", "--access-log")
    with served(*options, **variables) as service:
        for key in (made, KEY, wrong):
            wire = Wire(service.url, {"Authorization": f"Bearer {key}"})
            wire("GET", f"/artifacts?api_key={key}")
            wire("GET", f"root:/docs?access_token={key}&key={key}")
            wire("GET", f"/artifacts/{key}")
            wire("GET", "/artifacts", headers={"X-Request-ID": key})
            wire("POST", "/artifacts", {"name": key, "artifact_type": key})
            wire.raw(f"GET {key} HTTP/1.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    shown = "\n".join([*service.err, *service.out])
    assert "/api/v1/catalog/artifacts/[key]" in shown
    assert "key=made" in shown
    assert [key for key in (made, KEY, wrong) if key in shown] == []


def test_a_text_line_has_no_more_lines_and_fields_than_it_should() -> None:
    text = logs.TextFormatter().format(record("a\nb\r", path='x "y" status=200', status=404))
    assert text.endswith('n: a\\nb path="x \\"y\\" status=200" status=404')
    assert "\n" not in text
    line = logs.JsonFormatter(["secret-key-of-16-characters"]).format(record("a\nsecret-key-of-16-characters"))
    assert json.loads(line)["message"] == "a\n[key]"


@pytest.mark.parametrize(
    ("header", "is_valid"),
    [
        (PARENT, True),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", True),
        (f"{PARENT}-more", False),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", False),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-{TRACE}-{'0' * 16}-01", False),
        (PARENT.upper(), False),
        ("", False),
    ],
)
def test_a_trace_is_read_as_w3c_has_it(header: str, is_valid: bool) -> None:
    assert (received_trace(header) is not None) is is_valid


def test_an_outage_is_one_line_a_minute(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Away()) as url:
        for _ in range(50):
            Wire(url)("GET", "/artifacts/a").problem(503, "unavailable")
        assert [r.getMessage() for r in caplog.records] == ["Requests get 503: the store is away"]
        monkeypatch.setattr(outage, "LINE_SECONDS", 0.0)
        Wire(url)("GET", "/artifacts/a")
    assert caplog.records[-1].getMessage() == "Requests get 503, 51 of them in 0 s: the store is away"


def test_the_end_of_an_outage_is_told_once(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    log = outage.OutageLog()
    for _ in range(3):
        log.failed(StoreUnavailable("the store is away"))
        log.answered()  # another request succeeded meanwhile
    assert len(caplog.records) == 1
    monkeypatch.setattr(outage, "QUIET_SECONDS", 0.0)
    log.answered()
    log.answered()
    assert [r.getMessage() for r in caplog.records[1:]] == ["The store answers again; 3 requests got 503 in 0 s"]


def test_slow_queries_are_logged_with_their_request(
    neo4j_backend: Neo4jCatalogBackend, local_backend: LocalCatalogBackend, caplog: pytest.LogCaptureFixture
) -> None:
    for backend, name in ((neo4j_backend, "artifacts/read"), (local_backend, "read")):
        caplog.clear()
        with running(backend, ServerSettings(slow_query=1e-9)) as url:
            Wire(url)("GET", "/artifacts/a")
        slow = [getattr(r, logs.FIELDS) for r in caplog.records if r.name == "catalog_graph.queries"]
        assert name in [fields["query"] for fields in slow]
        assert all(fields["seconds"] >= 0 and not fields["failed"] for fields in slow)
    caplog.clear()
    with running(local_backend, ServerSettings(slow_query=0)) as url:
        Wire(url)("GET", "/artifacts/a")
    assert caplog.records == []
