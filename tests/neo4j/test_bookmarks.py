"""Bookmarks of callers: each reads what it has seen written, and a wrong one holds up nobody else.

A bookmark ahead of the only server makes it a follower that is behind.
"""

from __future__ import annotations

import base64
import json
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from catalog_graph.backends.bookmarks import HEADER
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.lag import LagLimit
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.errors import StoreLags
from tests.server.running import running
from tests.server.wire import Wire
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.slow

LAG = 1.0
"""Seconds that the service waits for a server that is behind."""
ENTRY = {"name": "n", "artifact_type": "T"}


def ahead(bookmark: str, transactions: int) -> str:
    """Return the bookmark that Neo4j will give so many transactions later: PackStream's `[[database, number, []]`."""
    packed = base64.b64decode(bookmark.removeprefix("FB:"))
    at = 3 + packed[2]
    size, kind = {0xC9: (3, ">xh"), 0xCA: (5, ">xi")}.get(packed[at], (1, ">b"))
    [number] = struct.unpack_from(kind, packed, at)
    later = packed[:at] + struct.pack(">Bi", 0xCA, number + transactions) + packed[at + size :]
    return f"FB:{base64.b64encode(later).decode()}"


@pytest.fixture(scope="module")
def backend_of_cluster(neo4j_settings: Neo4jSettings) -> Iterator[Neo4jCatalogBackend]:
    s = neo4j_settings
    uri = s.uri.replace("bolt://", "neo4j://")
    with Neo4jCatalogBackend(uri, s.username, s.password, s.database, lag_wait=LAG, leader_reads=True) as backend:
        yield backend


@pytest.fixture(scope="module")
def url(backend_of_cluster: Neo4jCatalogBackend) -> Iterator[str]:
    with running(backend_of_cluster) as url:
        yield url


@pytest.fixture
def wire(url: str, neo4j_backend: Neo4jCatalogBackend) -> Wire:
    """Return a client of a service that reaches Neo4j as a cluster; the catalog is empty."""
    return Wire(url)


def bookmark_of(wire: Wire) -> str:
    return wire("GET", "/artifacts").headers[HEADER.lower()]


def test_each_answer_of_neo4j_has_a_bookmark(wire: Wire) -> None:
    given = [
        wire("POST", "/artifacts", {**ENTRY, "artifact_id": "a"}),
        wire("PUT", "/artifacts/a/tags", {"x": 1}),
        wire("POST", "/artifacts/batch", {"artifacts": [ENTRY] * 40}),
        wire("GET", "/artifacts/none"),
    ]
    texts = [reply.headers[HEADER.lower()] for reply in given]
    assert len(set(texts[:3])) == 3
    assert HEADER.lower() not in wire("GET", "root:/healthz").headers
    # One that this service gave is answered like none, and another with the same state gives the same.
    assert wire("GET", "/artifacts/a", headers={HEADER: ", ".join(texts)}).ok()["tags"] == {"x": 1}


def test_a_follower_that_is_behind_is_waited_for(wire: Wire, neo4j_backend: Neo4jCatalogBackend) -> None:
    neo4j_backend.register(artifact("a"))
    later = ahead(bookmark_of(wire), 2)
    with ThreadPoolExecutor() as pool:
        for method, path, body in (("GET", "/artifacts/b1", b""), ("PUT", "/artifacts/b2/tags", {"x": 1})):
            reply = pool.submit(wire, method, path, body, headers={HEADER: later})
            time.sleep(0.1)
            assert not reply.done()
            # Another process writes; what is known already would write nothing.
            for number in (1, 2):
                neo4j_backend.register(artifact(f"b{number}", tags={"before": method}))
            assert reply.result().status == 200
            later = ahead(bookmark_of(wire), 2)


def test_a_bookmark_that_is_not_reached(wire: Wire) -> None:
    wire.register(artifact_id="a")
    never = {HEADER: ahead(bookmark_of(wire), 1_000)}
    requests: list[tuple[str, str, Any]] = [
        ("GET", "/artifacts/a", b""),
        ("GET", "/artifacts/a/upstream", b""),
        ("PUT", "/artifacts/a/tags", {"x": 1}),
        ("POST", "/artifacts", ENTRY),
        ("POST", "/artifacts/batch", {"artifacts": [ENTRY] * 40}),
    ]
    with ThreadPoolExecutor() as pool:
        replies = [pool.submit(wire, *request, headers=never) for request in requests]
        # They hold up nobody else, not even those who share a transaction.
        wire.register()
        assert not all(reply.done() for reply in replies)
        for reply in replies:
            assert reply.result().problem(503, "store-lags")["retry_after"] == 1
            assert reply.result().headers["retry-after"] == "1"
    assert wire("GET", "/artifacts/a").ok()["tags"] == {}
    assert len(wire("GET", "/artifacts").ok()["items"]) == 2


def test_a_long_query_is_no_lag() -> None:
    limit = LagLimit(0.05)
    assert limit.run(lambda: [time.sleep(0.2), "answer"], reach=lambda: None)[1] == "answer"
    with pytest.raises(StoreLags):
        limit.run(lambda: time.sleep(0.2), reach=lambda: time.sleep(0.2))
    limit.close()


@pytest.mark.parametrize("text", ["nonsense", "FB:abc", "FB:eHg=", "a b", "é", ",", "x" * 9000])
def test_malformed_bookmarks(wire: Wire, text: str) -> None:
    for method, path, body in (("GET", "/artifacts", b""), ("POST", "/artifacts", ENTRY)):
        reply = wire(method, path, body, headers={HEADER: text})
        assert reply.problem(422, "invalid-input")["field"] == HEADER
    assert wire("GET", "/artifacts").ok()["items"] == []


def test_cursors_carry_bookmarks(wire: Wire, neo4j_settings: Neo4jSettings) -> None:
    for number in range(3):
        wire.register(artifact_id=f"a{number}")
    cursor = wire("GET", "/artifacts?limit=1").ok()["cursor"]
    *start, text = cursor.split("~")
    [caller] = json.loads(base64.urlsafe_b64decode(text + "=="))
    s = neo4j_settings
    with Neo4jCatalogBackend(s.uri, s.username, s.password, s.database, lag_wait=LAG) as other, running(other) as url:
        assert len(Wire(url)("GET", f"/artifacts?cursor={quote(cursor)}").ok()["items"]) == 2
        later = base64.urlsafe_b64encode(json.dumps([ahead(caller, 1_000)]).encode()).decode().rstrip("=")
        Wire(url)("GET", f"/artifacts?cursor={'~'.join([*start, later])}").problem(503, "store-lags")
    for wrong in ("", "x", base64.urlsafe_b64encode(b'["a b"]').decode()):
        wire("GET", f"/artifacts?cursor={'~'.join([*start, wrong])}").problem(422, "invalid-input")


def test_our_client_carries_them(url: str, wire: Wire) -> None:
    never = ahead(bookmark_of(wire), 1_000)
    with RemoteCatalogBackend(url, tries=1) as client:
        client.register(artifact("a"))
        assert client.get("a") is not None
        known = client._service.bookmarks
        assert str(known) == bookmark_of(wire)
        known.add([never])
        for ask in (lambda: client.get("a"), lambda: client.tag("a", {"x": 1})):
            with pytest.raises(StoreLags, match="behind"):
                ask()


def test_a_local_file_needs_none(local_backend: LocalCatalogBackend) -> None:
    with running(local_backend) as url:
        reply = Wire(url)("POST", "/artifacts", ENTRY, headers={HEADER: "FB:kcwQ"})
        assert reply.ok(201)["created"]
        assert HEADER.lower() not in reply.headers
        Wire(url)("GET", "/artifacts", headers={HEADER: "a b"}).problem(422, "invalid-input")
