"""Changes as server-sent events: places, resuming, limits, and streams that end."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog_graph import ArtifactCatalog
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.server.routes import events as route
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.entries import artifact
from tests.support.programs import wait_until

READER, ADMIN = "reader-key-0123456789", "admin-key-0123456789"
SETTINGS = ServerSettings(api_keys=f"reader={READER}:read,root={ADMIN}:admin", max_watchers=3)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalCatalogBackend]:
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        yield backend


@pytest.fixture
def url(store: LocalCatalogBackend) -> Iterator[str]:
    with running(store, SETTINGS) as url:
        yield url


@contextmanager
def stream(url: str, query: str = "", key: str = READER, **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """Yield the messages of a stream, each as its fields; a comment has the name `""`."""
    headers = {"Authorization": f"Bearer {key}", **headers}

    def messages(lines: Iterator[str]) -> Iterator[dict[str, str]]:
        fields: dict[str, str] = {}
        for line in lines:
            if not line:
                yield fields
                fields = {}
            else:
                name, _, value = line.partition(": ")
                fields[name.rstrip(":")] = value

    with httpx.stream("GET", f"{url}/events{query}", headers=headers, timeout=20) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield messages(response.iter_lines())


def test_a_stream_begins_now_and_resumes_where_it_was(url: str, store: LocalCatalogBackend) -> None:
    store.register(artifact("before"))
    with stream(url) as messages:
        assert next(messages) == {"retry": "2000", "id": "1"}
        store.register_many([artifact("a"), artifact("b", "a")])
        first = next(messages)
    event = json.loads(first["data"])
    assert (first["id"], event["id"], event["artifact_id"]) == ("2.0", "2.0", "a")
    assert event.keys() == {"id", "number", "at", "kind", "artifact_id", "details", "artifact"}
    for query, header in ((f"?after={first['id']}", {}), ("?after=0", {"Last-Event-ID": first["id"]})):
        with stream(url, query + "&follow=false", **header) as messages:
            assert [each["id"] for each in messages] == ["2.0", "2.1", "2.2"]
    with stream(url, "?after=0&follow=false&kind=edges_added&query=name:b") as messages:
        assert [each["id"] for each in messages] == ["0", "2.2"]
    with stream(url, "?after=2.0&follow=false&kind=") as messages:
        assert [each["id"] for each in messages] == ["2.0", "2.1", "2.2"], "an empty kind is none"


def test_a_silent_stream_says_where_it_is(
    url: str, store: LocalCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reader need not read again what was left out."""
    monkeypatch.setattr(route, "HEARTBEAT_SECONDS", 0.2)
    with stream(url, "?query=type:Model") as messages:
        next(messages)
        store.register(artifact("a"))
        assert next(each for each in messages if each["id"] == "1") == {"": "still here", "id": "1"}


def test_a_key_that_is_revoked_ends_its_streams(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "HEARTBEAT_SECONDS", 0.2)
    wire = Wire(url, {"Authorization": f"Bearer {ADMIN}"})
    key = wire("POST", "/keys", {"name": "ana", "scope": "read"}).ok(201)["key"]
    with stream(url, key=key) as messages:
        next(messages)
        wire("DELETE", "/keys/ana").ok()
        assert all(each.keys() == {"", "id"} for each in messages)  # it ends
    wire("GET", "/events", headers={"Authorization": f"Bearer {key}"}).problem(401, "unauthorized")


def test_invalid_requests(url: str) -> None:
    wire = Wire(url, {"Authorization": f"Bearer {READER}"})
    for query, field in (("after=x", "after"), ("after=7", "after"), ("kind=x", "kind"), ("follow=no", "follow")):
        assert wire("GET", f"/events?{query}").problem(422, "invalid-input")["field"] == field
    wire("GET", "/events?query=a:(").problem(422, "invalid-query")


def test_streams_are_limited_and_leave_requests_alone(url: str) -> None:
    wire = Wire(url, {"Authorization": f"Bearer {READER}"})
    with stream(url) as first, stream(url) as second, stream(url) as third:
        for messages in (first, second, third):
            next(messages)
        refused = wire("GET", "/events")
        assert refused.problem(503, "overloaded")["detail"].startswith("the service is busy: 3 watchers are connected")
        assert "retry-after" in refused.headers
        wire("GET", "/artifacts").ok()
    wait_until(lambda: wire("GET", "/events?follow=false").status == 200)


def test_a_reader_that_does_not_read_holds_up_no_other(url: str, store: LocalCatalogBackend) -> None:
    """Nothing is kept for it: it reads on from the record when it comes back."""
    host, port = Wire(url).address
    with socket.create_connection((host, port)) as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"Host: localhost\r\nAuthorization: Bearer {READER}"
        silent.sendall(f"GET /api/v1/catalog/events?after=0 HTTP/1.1\r\n{head}\r\n\r\n".encode())
        with stream(url) as messages:
            next(messages)
            store.register_many([artifact(f"a{n}") for n in range(600)])
            events = (json.loads(each["data"]) for each in messages if "data" in each)
            assert [each["artifact_id"] for each in islice(events, 600)] == [f"a{n}" for n in range(600)]


def test_a_service_that_stops_ends_its_streams(store: LocalCatalogBackend) -> None:
    with running(store, SETTINGS) as url:
        opened = stream(url)
        messages = opened.__enter__()
        next(messages)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert list(messages) == []
    opened.__exit__(None, None, None)


def test_a_client_goes_on_when_the_service_comes_back(store: LocalCatalogBackend) -> None:
    """Every event comes once, though the connection broke between them."""
    seen: list[Any] = []
    with running(store) as url:
        port = Wire(url).address[1]
        catalog = ArtifactCatalog(backend=RemoteCatalogBackend(url))
        events = catalog.watch()
        store.register(artifact("a"))
        seen.append(next(events).artifact_id)
    reader = threading.Thread(target=lambda: seen.extend(next(events).artifact_id for _ in range(2)))
    reader.start()
    store.register(artifact("b"))
    with running(store, port=port):
        store.register(artifact("c"))
        reader.join(20)
    assert seen == ["a", "b", "c"]
