"""Connections: no client stops the service by silence, slowness or number."""

from __future__ import annotations

import logging
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.server.connections import Connections, Limits
from catalog_graph.server.http_connection import MAX_PIPELINED
from catalog_graph.server.settings import ServerSettings
from tests.server.command import Served
from tests.server.running import running
from tests.server.wire import Reply, Wire, read_reply

Serve = Callable[..., Wire]
HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
EVENTS = b"GET /api/v1/catalog/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Return a function that serves a file with the settings that it is given."""
    with ExitStack() as stack:
        backend = stack.enter_context(LocalCatalogBackend(tmp_path / "catalog.db"))

        def start(**settings: Any) -> Wire:
            return Wire(stack.enter_context(running(backend, ServerSettings(**settings))))

        yield start


def connect(wire: Wire) -> socket.socket:
    return socket.create_connection(wire.address, timeout=20)


def reply_to(connection: socket.socket, data: bytes = b"") -> Reply:
    connection.sendall(data)
    return read_reply(connection)


def healthy(wire: Wire) -> bool:
    return wire("GET", "root:/healthz").status == 200


def test_1100_silent_connections_do_not_stop_it(tmp_path: Path) -> None:
    """The process may open 1,024 files; the test has one address."""
    variables = {"CATALOG_GRAPH_MAX_CONNECTIONS_PER_ADDRESS": "2000"}
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(before[1], 4096), before[1]))
    starter = ("bash", "-c", 'ulimit -n 1024; exec "$0" "$@"')
    served = Served("--port", "0", "--store", f"sqlite:///{tmp_path}/catalog.db", variables=variables, starter=starter)
    try:
        wire = Wire(served.url)
        with ExitStack() as stack:
            for _ in range(1100):
                stack.enter_context(connect(wire))
            start = time.monotonic()
            assert healthy(wire)
            assert time.monotonic() - start < 1
    finally:
        served.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    [line] = served.err
    assert "A limit is reached" in line
    assert "MAX_CONNECTIONS" in line


def test_where_all_have_sent_a_request_a_new_one_is_refused(serve: Serve) -> None:
    wire = serve(max_connections=3, max_connections_per_address=100)
    with connect(wire) as one, connect(wire) as two, connect(wire) as three:
        for connection in (one, two, three):
            assert reply_to(connection, HEAD + b"\r\n").status == 200
        with connect(wire) as late:
            refused = reply_to(late)
        refused.problem(503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert reply_to(one, HEAD + b"\r\n").status == 200
    assert healthy(wire)


def test_one_address_has_its_share(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    wire = serve(max_connections=8)
    with ExitStack() as stack:
        silent = stack.enter_context(connect(wire))
        others = [stack.enter_context(connect(wire)) for _ in range(3)]
        for connection in others:
            assert reply_to(connection, HEAD + b"\r\n").status == 200
        assert reply_to(stack.enter_context(connect(wire)), HEAD + b"\r\n").status == 200
        assert silent.recv(1) == b""
        late = stack.enter_context(connect(wire))
        assert "this address" in reply_to(late).problem(503, "unavailable")["detail"]
    wait_for(lambda: healthy(wire))
    assert ["127.0.0.1 has 4 connections" in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize("proxies", ["127.0.0.1", "127.0.0.9/8", "FD00::1 127.0.0.0/24"])
def test_behind_a_proxy_requests_are_counted_by_the_forwarded_address(serve: Serve, proxies: str) -> None:
    wire = serve(max_connections_per_address=2, proxies=proxies)
    body = b"Content-Length: 5\r\n\r\n"
    forwarded = (
        b"POST /api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.%d\r\n"
    )
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(wire)) for _ in range(4)]
        for connection in connections[:2]:
            connection.sendall(forwarded % 7 + body)
        time.sleep(0.1)
        reply_to(connections[2], forwarded % 7 + body).problem(503, "unavailable")
        assert reply_to(connections[3], forwarded % 8 + body + b"nonse").status in (415, 422)
        assert reply_to(connections[0], b"12345").status in (415, 422)
        assert healthy(wire)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("6.6.6.6, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, 10.42.9.9, fd00:0::1", "192.0.2.7"),
        ("192.0.2.7:8080", "192.0.2.7"),
        ("[2001:DB8::7]:8080", "2001:db8::7"),
        ("2001:db8:0::7", "2001:db8::7"),
        ("192.0.2.7, [fd00::1]:8080", "192.0.2.7"),
        ("somewhere", "somewhere"),
        ("10.42.0.1,", ""),
        ("", ""),
    ],
)
def test_the_forwarded_address_is_the_last_that_is_no_proxy(forwarded: str, address: str) -> None:
    limits = Limits.of(ServerSettings(proxies="10.42.0.0/16 FD00::1"))
    assert Connections(limits).forwarded(forwarded) == address


@pytest.mark.parametrize("proxies", ["", "192.0.2.1", "192.0.2.0/24"])
def test_a_forwarded_address_is_believed_of_named_proxies_alone(serve: Serve, proxies: str) -> None:
    wire = serve(max_connections_per_address=2, proxies=proxies)
    request = b"POST /api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.%d\r\n"
    with ExitStack() as stack:
        for number in (7, 8):
            stack.enter_context(connect(wire)).sendall(request % number + b"Content-Length: 5\r\n\r\n")
        time.sleep(0.1)
        third = stack.enter_context(connect(wire))
        assert "this address" in reply_to(third).problem(503, "unavailable")["detail"]


def test_an_idle_connection_ends(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog_graph.server.listening._KEEP_ALIVE_SECONDS", 1)
    with connect(serve()) as connection:
        assert reply_to(connection, HEAD + b"\r\n").status == 200
        start = time.monotonic()
        assert connection.recv(1) == b""
        assert 0.5 < time.monotonic() - start < 10


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("begin", [b"", b"GET", HEAD, HEAD + b"X: "])
def test_a_head_that_does_not_end(serve: Serve, begin: bytes) -> None:
    wire = serve(request_timeout=0.3)
    with connect(wire) as connection:
        start = time.monotonic()
        problem = reply_to(connection, begin).problem(408, "timeout")
        assert 0.2 < time.monotonic() - start < 5
        assert "head" in problem["detail"]
        assert connection.recv(1) == b""
    with connect(wire) as connection:
        assert reply_to(connection, HEAD + b"\r\n").status == 200
        connection.sendall(b"GET /")
        assert read_reply(connection).status == 408


def test_a_body_that_trickles(serve: Serve) -> None:
    wire = serve(request_timeout=0.3, min_body_rate=1000)
    head = b"POST /api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with connect(wire) as connection:
        assert reply_to(connection, head + b"Content-Length: 100\r\n\r\n{").problem(408, "timeout")
    body = b'{"name": "n", "artifact_type": "T", "uri": "' + b"x" * 900 + b'"}'
    with connect(wire) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 100):
            connection.sendall(body[start : start + 100])
            time.sleep(0.05)
        assert read_reply(connection).status == 201


def test_a_client_that_does_not_read_its_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    artifacts = [{"name": f"n{i}", "artifact_type": "T", "metadata": {"m": "x" * 20_000}} for i in range(500)]
    serve()("POST", "/artifacts/batch", {"artifacts": artifacts}).ok(201)
    monkeypatch.setattr("catalog_graph.server.http_connection.BODY_SECONDS", 0.2)
    wire = serve(min_body_rate=100_000_000)
    with connect(wire) as connection:
        connection.sendall(b"GET /api/v1/catalog/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        wait_for(lambda: any("reads its answer" in record.getMessage() for record in caplog.records))
        with suppress(ConnectionResetError):
            while answer := connection.recv(1 << 20):
                last = answer
        assert not last.endswith(b"0\r\n\r\n")


def test_a_client_that_is_refused_while_it_sends_reads_why(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed at once, the socket would answer what is still sent with a reset."""
    wire = serve(api_keys="k" * 40)
    head = b"POST /api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    with connect(wire) as connection:
        connection.sendall(head + b"Content-Length: 8000000\r\n\r\n{")
        wait_for(lambda: bool(connection.recv(1, socket.MSG_PEEK)))
        for _ in range(80):
            connection.sendall(b"x" * 100_000)
            time.sleep(0.002)
        read_reply(connection).problem(401, "unauthorized")
        assert connection.recv(1) == b""
    monkeypatch.setattr("catalog_graph.server.http_connection.LINGER_SECONDS", 0.2)
    with connect(wire) as connection:
        connection.sendall(head + b"Content-Length: 8000000\r\n\r\n{")
        wait_for(lambda: bool(connection.recv(1, socket.MSG_PEEK)))
        wait_for(lambda: is_reset(connection))


def is_reset(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"x" * 1000)
    except ConnectionError:
        return True
    return False


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_change_to_websockets_is_refused_at_once(serve: Serve, method: str) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    reply = serve()(method, "/artifacts", {"name": "n", "artifact_type": "T"}, headers=upgrade)
    assert "WebSockets" in reply.problem(400, "http")["detail"]


def test_a_client_that_offers_http2_is_answered(serve: Serve) -> None:
    wire = serve()
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA"}
    reply = wire("GET", "/artifacts", headers=upgrade)
    assert (reply.status, reply.headers["connection"]) == (200, "close")
    with_body = wire("POST", "/artifacts", {"name": "n", "artifact_type": "T"}, headers=upgrade)
    assert "'Upgrade'" in with_body.problem(400, "http")["detail"]
    wire("DELETE", "/artifacts/none", headers=upgrade).problem(404, "not-found")


def test_what_is_not_http(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    wire = serve()
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        assert wire.raw(garbage).problem(400, "http")["detail"] == "the request is not valid HTTP/1.1"
    assert healthy(wire)
    assert caplog.records == []


def test_a_head_that_is_too_long(serve: Serve) -> None:
    wire = serve()
    wire.raw(b"GET /?a=" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n").problem(414, "http")
    with connect(wire) as connection:
        connection.sendall(HEAD)
        for _ in range(1000):
            connection.sendall(b"X: " + b"y" * 5_000 + b"\r\n")
        read_reply(connection).problem(431, "http")
    wire.raw(HEAD + b"X: " + b"y" * 50_000 + b"\r\n\r\n").ok()
    assert healthy(wire)


REQUEST = HEAD + b"\r\n"
LAST = HEAD + b"Connection: close\r\n\r\n"
POST = b"POST /api/v1/catalog/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = b'{"name": "n", "artifact_type": "T"}'
WHOLE = POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def statuses(connection: socket.socket) -> list[int]:
    """Return the statuses of all answers until the connection ends."""
    answers = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(1 << 16):
            answers += part
    return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", answers)]


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


def test_requests_that_wait_for_no_answer(serve: Serve) -> None:
    with connect(serve()) as connection:
        connection.sendall((REQUEST + WHOLE) * 8)
        time.sleep(0.1)
        connection.sendall(WHOLE + LAST)
        assert statuses(connection) == [200, 201] * 8 + [201, 200]


def test_of_too_many_requests_that_wait_the_first_are_answered(serve: Serve) -> None:
    wire = serve()
    with connect(wire) as connection:
        connection.sendall(REQUEST * 3000)
        answered = statuses(connection)
    assert answered == [200] * (MAX_PIPELINED + 1)
    assert healthy(wire)


@pytest.mark.parametrize("bad", [b"nonsense\r\n\r\n", HEAD + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n"])
def test_a_bad_request_leaves_the_answers_to_those_before_it(serve: Serve, bad: bytes) -> None:
    wire = serve()
    for before in (WHOLE, WHOLE * 3):
        with connect(wire) as connection:
            connection.sendall(before + bad)
            assert set(statuses(connection)) == {201}
    with connect(wire) as connection:
        assert reply_to(connection, WHOLE).status == 201
        connection.sendall(bad)
        assert statuses(connection) == [400]


def test_a_bad_body_leaves_the_answers_to_the_requests_before_it(serve: Serve) -> None:
    wire = serve(request_timeout=0.3)
    for before in (1, 3):
        with connect(wire) as connection:
            connection.sendall(WHOLE * before + CHUNKED + b"x")
            assert statuses(connection) == [201] * before
    with connect(wire) as connection:
        connection.sendall(WHOLE + CHUNKED)
        assert statuses(connection) == [201, 408]


def test_half_a_request_leaves_a_stream_as_it_is(serve: Serve) -> None:
    wire = serve(request_timeout=0.2)
    with connect(wire) as connection:
        connection.sendall(EVENTS)
        wait_for(lambda: b"retry:" in connection.recv(10_000, socket.MSG_PEEK))
        connection.sendall(b"GET /")
        time.sleep(0.5)
        wire("POST", "/artifacts", {"name": "still there", "artifact_type": "T"}).ok(201)
        wait_for(lambda: b"still there" in connection.recv(10_000, socket.MSG_PEEK))


def test_a_stream_ends_with_its_connection_whatever_waits_behind_it(serve: Serve) -> None:
    wire = serve(max_watchers=1)
    for behind in (b"", REQUEST, b"GET /"):
        with connect(wire) as connection:
            connection.sendall(EVENTS + behind)
            wait_for(lambda: b"retry:" in connection.recv(10_000, socket.MSG_PEEK))
        time.sleep(0.1)


@pytest.mark.parametrize("more", [b"\r\n", b"\r\n\r\n", b"\n"])
def test_an_empty_line_after_an_answer_holds_no_connection(serve: Serve, more: bytes) -> None:
    with connect(serve(request_timeout=0.5)) as connection:
        assert reply_to(connection, REQUEST + more).status == 200
        time.sleep(0.1)
        start = time.monotonic()
        for _ in range(3):
            connection.sendall(more)
            time.sleep(0.1)
        read_reply(connection).problem(408, "timeout")
        assert time.monotonic() - start < 5
    with connect(serve()) as connection:
        assert reply_to(connection, REQUEST + more).status == 200
        assert reply_to(connection, more + REQUEST).status == 200


def test_a_body_that_ends_after_its_answer_holds_no_connection(serve: Serve) -> None:
    with connect(serve(request_timeout=0.5, api_keys="k" * 40)) as connection:
        assert reply_to(connection, POST + b"Content-Length: 5\r\n\r\n1").status == 401
        connection.sendall(b"2345")
        assert statuses(connection) == [408]


def test_a_client_that_is_refused_and_stays_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog_graph.server.http_connection.LINGER_SECONDS", 0.2)
    with connect(serve()) as connection:
        connection.sendall(HEAD + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n")
        assert statuses(connection) == [400]
        wait_for(lambda: is_reset(connection))


@pytest.mark.parametrize("line", [b"a:\r\n", b"y" * 1000, b"a: " + b"y" * 1000])
@pytest.mark.parametrize("begin", [chunk(BODY) + b"0\r\n", b"0;"])
def test_trailers_and_extensions_that_are_too_long(serve: Serve, begin: bytes, line: bytes) -> None:
    with connect(serve()) as connection:
        connection.sendall(CHUNKED + begin)
        with suppress(ConnectionError):
            for _ in range(20):
                connection.sendall(line * (100_000 // len(line)))
                time.sleep(0.005)
        assert read_reply(connection).status in (400, 431)


def test_trailers_are_no_headers(serve: Serve) -> None:
    wire = serve(api_keys="k" * 40)
    with connect(wire) as connection:
        connection.sendall(CHUNKED + chunk(BODY) + b"0\r\nAuthorization: Bearer %b\r\n\r\n" % (b"k" * 40))
        assert read_reply(connection).status == 401


def test_a_large_body_in_chunks_is_taken(serve: Serve) -> None:
    wire = serve()
    body = b'{"name": "n", "artifact_type": "T", "uri": "u"' + b" " * 3_000_000 + b"}"
    for size, extension in ((1_000, b""), (2_000, b";a=" + b"b" * 500), (300_000, b""), (3_100_000, b"")):
        chunks = b"".join(chunk(body[at : at + size], extension) for at in range(0, len(body), size))
        with connect(wire) as connection:
            connection.sendall(CHUNKED + chunks + b"0\r\nA: b\r\n\r\n")
            assert read_reply(connection).status == 201
