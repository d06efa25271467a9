"""The way from the remote backend to its service: proxies, the time it waits, and how often it tries."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

import pytest

from catalog_graph import InvalidInput, RemoteCatalogBackend, StoreUnavailable
from catalog_graph.backends.remote.connection import find_proxy
from catalog_graph.errors import CatalogError, ConfigurationError
from tests.client.faults import FaultyWay, HttpServer, send
from tests.support.programs import free_port

ELSEWHERE = "http://catalog.example/api/v1/catalog"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, *map(str.lower, VARIABLES), "CATALOG_GRAPH_PROXY"):
        monkeypatch.delenv(name, raising=False)


def proxy_of(endpoint: str) -> str | None:
    proxy = find_proxy(endpoint)
    return None if proxy is None else proxy.url


def test_the_variables_that_every_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_of(ELSEWHERE) is None
    monkeypatch.setenv("ALL_PROXY", "proxy.example:1")
    assert proxy_of(ELSEWHERE) == "http://proxy.example:1"
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:2")
    assert proxy_of(ELSEWHERE) == "http://proxy.example:2"
    assert proxy_of(ELSEWHERE.replace("http:", "https:")) == "http://proxy.example:1"
    monkeypatch.setenv("NO_PROXY", "other.example,.catalog.example")
    assert proxy_of(ELSEWHERE) is None
    assert proxy_of("http://x.example/api") == "http://proxy.example:2"
    for host in ("127.0.0.1:8000", "localhost", "[::1]:8000", "catalog.localhost"):
        assert proxy_of(f"http://{host}/api/v1/catalog") is None
    monkeypatch.setenv("CATALOG_GRAPH_PROXY", "http://proxy.example:3")
    assert {proxy_of(ELSEWHERE), proxy_of("http://localhost/api")} == {"http://proxy.example:3"}
    monkeypatch.setenv("CATALOG_GRAPH_PROXY", "")
    assert proxy_of("http://x.example/api") is None


def test_this_machine_is_reached_past_the_proxy(
    remote: RemoteCatalogBackend, faulty: FaultyWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with RemoteCatalogBackend(remote.endpoint) as client:
        assert client.get("a") is None
    monkeypatch.setenv("CATALOG_GRAPH_PROXY", faulty.root)
    with RemoteCatalogBackend(remote.endpoint) as client:
        assert client.get("a") is None
    assert faulty.seen == ["GET"]


def test_a_proxy_that_does_not_answer_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{port}")
    with RemoteCatalogBackend(ELSEWHERE, tries=1) as client, pytest.raises(StoreUnavailable) as caught:
        client.get("a")
    assert f"{ELSEWHERE} through the proxy http://127.0.0.1:{port} of HTTP_PROXY" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "socks5://127.0.0.1:1",
            r"socks5://127\.0\.0\.1:1 of ALL_PROXY needs .*: pip install 'urllib3\[socks\]', or set ",
        ),
        ("gopher://127.0.0.1:1", "gopher://127.* of ALL_PROXY cannot be used .*; write http://HOST:PORT or socks5"),
    ],
)
def test_a_proxy_that_cannot_be_used(url: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", url)
    with RemoteCatalogBackend(ELSEWHERE) as client, pytest.raises(ConfigurationError, match=message):
        client.get("a")


@pytest.mark.parametrize("status", [429, 500, 504])
def test_what_a_proxy_refuses_is_sent_again(faulty: FaultyWay, status: int) -> None:
    with RemoteCatalogBackend(faulty.url) as client:
        faulty.plan = [status, status]
        assert client.list_artifacts() == []
        assert len(faulty.seen) == 3
        faulty.plan, faulty.seen = [status], []
        with pytest.raises(CatalogError, match=f"answered {status}"):
            client.delete("a")
        assert faulty.seen == ["DELETE"]


def test_what_the_service_itself_fails_at_is_not_sent_again() -> None:
    seen = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append(handler.command)
        problem = {"code": "time-limit", "detail": "it takes too long", "status": 504}
        send(handler, 504, json.dumps(problem).encode(), Content_Type="application/problem+json")

    with (
        HttpServer(answer) as service,
        RemoteCatalogBackend(f"{service.root}/api/v1/catalog") as client,
        pytest.raises(CatalogError, match="it takes too long"),
    ):
        client.get("a")
    assert seen == ["GET"]


def test_time_and_tries_by_argument_and_variable(faulty: FaultyWay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_GRAPH_TIMEOUT", "0.2")
    monkeypatch.setenv("CATALOG_GRAPH_TRIES", "2")
    faulty.plan = [503, 503, "slow"]
    with RemoteCatalogBackend(faulty.url) as client:
        with pytest.raises(StoreUnavailable, match="answered 503"):
            client.get("a")
        assert len(faulty.seen) == 2
        with pytest.raises(StoreUnavailable, match=r"has not answered within 0\.2 s"):
            client.get("a")
    faulty.plan, faulty.seen = [503] * 9, []
    with RemoteCatalogBackend(faulty.url, timeout=9, tries=1) as client, pytest.raises(StoreUnavailable):
        client.get("a")
    assert (client.timeout, len(faulty.seen)) == (9, 1)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        *(("TIMEOUT", value, "seconds above 0") for value in ("soon", "0", "-1", "inf", "nan")),
        *(("TRIES", value, "a whole number from 1 to 10") for value in ("some", "0", "11", "1.5")),
    ],
)
def test_values_that_are_neither(name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"CATALOG_GRAPH_{name}", value)
    with pytest.raises(InvalidInput, match=f"CATALOG_GRAPH_{name} .*{value}.* is not {message}|a number of {message}"):
        RemoteCatalogBackend(ELSEWHERE)
