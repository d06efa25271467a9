"""Two services behind a balancer that gives each request to the next one: every client reads what it has written."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import count
from urllib.parse import urlsplit

import pytest

from catalog_graph.backends.bookmarks import HEADER
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from tests.client.faults import HttpServer, send
from tests.neo4j.threads import at_once
from tests.server.command import served
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.slow

CLIENTS, STEPS = 16, 12


class Balancer(HttpServer):
    """A proxy that gives each request to the next of several services, and counts those without bookmarks."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__(self._pass)
        self._services = [urlsplit(url).netloc for url in urls]
        self._turns = count()
        self.url = self.root + urlsplit(urls[0]).path
        self.without_bookmarks = 0

    def _pass(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.without_bookmarks += HEADER not in handler.headers
        connection = http.client.HTTPConnection(self._services[next(self._turns) % len(self._services)])
        try:
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection")}
            connection.request(handler.command, handler.path, body or None, headers)
            response = connection.getresponse()
            given = {HEADER: text} if (text := response.getheader(HEADER)) else {}
            kind = response.getheader("Content-Type", "")
            send(handler, response.status, response.read(), Content_Type=kind, **given)
        finally:
            connection.close()


@pytest.fixture
def balancer(neo4j_settings: Neo4jSettings, neo4j_backend: Neo4jCatalogBackend) -> Iterator[Balancer]:
    """Return the balancer of two services over an empty catalog, which they reach as a cluster."""
    s = neo4j_settings
    settings = {
        "NEO4J_URI": s.uri.replace("bolt://", "neo4j://"),
        "NEO4J_USERNAME": s.username,
        "NEO4J_PASSWORD": s.password,
        "NEO4J_DATABASE": s.database,
    }
    with ExitStack() as stack:
        services = [stack.enter_context(served(**settings)) for _ in range(2)]
        yield stack.enter_context(Balancer([service.url for service in services]))


def writes_and_reads(url: str, number: int) -> None:
    """Change artifacts of its own, and find each change at once."""
    with RemoteCatalogBackend(url) as catalog:
        for step in range(STEPS):
            own = f"{number}/{step}"
            catalog.register(artifact(own, *([f"{number}/{step - 1}"] if step else [])))
            assert catalog.get(own) is not None
            assert catalog.tag(own, {"step": step}).tags == {"step": step}
            assert [e.artifact_id for e in catalog.list_artifacts(tags={"step": step}) if e.artifact_id == own] == [own]
            assert len(catalog.upstream(own).columns) == step
            if step % 3 == 2:
                catalog.delete(own)
                assert catalog.get(own) is None
                catalog.undelete(own)


def test_sixteen_clients_read_what_they_write(balancer: Balancer) -> None:
    jobs = [partial(writes_and_reads, balancer.url, number) for number in range(CLIENTS)]
    assert at_once(jobs) == [None] * CLIENTS
    assert balancer.without_bookmarks == CLIENTS
