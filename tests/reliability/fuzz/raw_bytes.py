"""Bytes that are no request, or nearly one: random ones, and requests with bytes changed, cut and repeated."""

from __future__ import annotations

import json
import random
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import psutil

from tests.reliability.scenario import Figures, Ground, scenario
from tests.reliability.service import Service
from tests.server.wire import Reply, read_reply

REQUESTS, SHORT_REQUESTS = 100_000, 5_000
CLIENTS = 16
MOST_SECONDS = 10.0
"""Maximum time of one answer."""
PAUSE_SECONDS = 1.0
"""Time without an answer after which a client says that nothing more comes: the service then answers nothing.

A request that is whole still waits for its turn then: if clients went at once, the service would soon be overloaded.
"""
PATIENT = 500
"""Of so many clients, one says nothing and waits until the service ends its request."""
MOST_GROWTH_MB = 100
API = b"/api/v1/catalog"
BODY = b'{"name": "n", "artifact_type": "T", "tags": {"a": 1}, "parent_ids": ["raw"]}'
REQUESTS_TO_CHANGE = [
    b"GET " + API + b"/artifacts?limit=2&cursor=eyJhIjoxfQ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET " + API + b"/artifacts/raw/downstream?depth=3&cursor=abc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET " + API + b"/artifacts/search?q=tag.a:1%20-b&facets=type HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"DELETE " + API + b"/artifacts/raw HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"POST " + API + b"/artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY),
    b"POST " + API + b"/import HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
]
WORDS = [
    b"\r\n",
    b"\0",
    b"%00",
    b"%ff",
    b"../",
    b"HTTP/1.1",
    b"Content-Length: 5\r\n",
    b"\xff\xfe",
    b"{",
    b"[" * 50,
    b"e9",
]


@scenario(
    "Raw bytes: random ones, and requests with bytes changed, cut, repeated and inserted",
    "Each is answered, or its connection closed, within 10 s: no 5xx, every error a problem document, no growth",
)
def raw_bytes(ground: Ground) -> Figures:
    count = SHORT_REQUESTS if ground.short else REQUESTS
    variables = {"CATALOG_GRAPH_REQUEST_TIMEOUT": "3"}
    with Service("--store", f"sqlite:///{ground.folder}/catalog.db", variables=variables) as service:
        process = psutil.Process(service.served.process.pid)
        _send_all(service, 0, count // 10)
        before = process.memory_info().rss
        with ThreadPoolExecutor(CLIENTS) as clients:
            parts = [clients.submit(_send_all, service, seed + 1, count // CLIENTS) for seed in range(CLIENTS)]
            seen = sum((part.result() for part in parts), Counter[str]())
        growth = (process.memory_info().rss - before) / 1e6
        service.wire("GET", "/artifacts?limit=1").ok()
        assert not any("Traceback" in line for line in service.served.err)
    assert growth < MOST_GROWTH_MB, growth
    return {
        "requests": seen.total(),
        "answers": ", ".join(f"{status} {number:,}" for status, number in sorted(seen.items())),
        "growth of the service": f"{growth:.0f} MB",
    }


def _send_all(service: Service, seed: int, count: int) -> Counter[str]:
    """Send requests, each over a connection of its own; return how often each status was answered."""
    seen = Counter[str]()
    for number, data in enumerate(_generated(random.Random(seed), count)):
        began = time.monotonic()
        reply = _reply(service.wire.address, data, is_patient=number % PATIENT == 0)
        assert time.monotonic() - began < MOST_SECONDS, data
        seen["closed" if reply is None else str(reply.status)] += 1
        if reply is not None and reply.status >= 400 and reply.body:
            assert reply.status < 500, (data, reply)
            assert reply.headers["content-type"] == "application/problem+json", (data, reply)
            assert json.loads(reply.body)["status"] == reply.status
    return seen


def _generated(chance: random.Random, count: int) -> Iterator[bytes]:
    for _ in range(count):
        data = bytearray(chance.choice(REQUESTS_TO_CHANGE) if chance.random() < 0.9 else chance.randbytes(200))
        for _ in range(chance.randint(0, 3)):
            at, end = sorted(chance.choices(range(len(data) + 1), k=2))
            change = chance.randrange(4)
            if change == 0:
                data[at : at + 1] = chance.randbytes(1)
            elif change == 1:
                data[at:at] = chance.choice(WORDS)
            elif change == 2:
                del data[at : min(end, at + 20)]
            else:
                data[at:at] = data[at : min(end, at + 200)]
        yield bytes(data)


def _reply(address: tuple[str, int], data: bytes, *, is_patient: bool) -> Reply | None:
    """Return the first answer; None if the connection is closed without one."""
    with socket.create_connection(address, timeout=MOST_SECONDS) as connection:
        try:
            connection.sendall(data)
            if not is_patient and not select.select([connection], [], [], PAUSE_SECONDS)[0]:
                connection.shutdown(socket.SHUT_WR)
            return read_reply(connection)
        except (ConnectionError, HTTPException):
            return None
