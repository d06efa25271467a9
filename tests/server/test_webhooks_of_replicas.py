"""Webhooks of services that are killed, and of several services over one store."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from tests.server.command import Served, served
from tests.server.receiver import Receiver, receiving
from tests.server.wire import Wire
from tests.support.neo4j import Neo4jSettings
from tests.support.programs import wait_until

pytestmark = pytest.mark.slow
PRIVATE = {"CATALOG_GRAPH_WEBHOOK_PRIVATE_ADDRESSES": "true"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def register(wire: Wire, name: str, count: int) -> list[str]:
    return [wire.register(artifact_id=f"{name}{n}") for n in range(count)]


def arrived(receiver: Receiver) -> list[str]:
    """Return the ids in the order in which they arrived first."""
    return [each["artifact_id"] for each in receiver.events]


def test_a_service_that_is_killed_while_it_delivers_loses_nothing(tmp_path: Path, receiver: Receiver) -> None:
    """What comes again comes with the same id, in order, and nothing is left out."""
    store = f"sqlite:///{tmp_path}/catalog.db"
    with served("--store", store, **PRIVATE) as service:
        wire = Wire(service.url)
        wire("POST", "/webhooks", {"url": receiver.url}).ok(201)
        expected = register(wire, "a", 150)
        wait_until(lambda: len(receiver.events) > 20)
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
    assert len(receiver.events) < 150 or len(receiver.messages) >= 150
    with served("--store", store, **PRIVATE) as service:
        expected += register(Wire(service.url), "b", 5)
        wait_until(lambda: len(receiver.events) == 155)
        assert arrived(receiver) == expected


def test_two_services_deliver_once_and_take_over(
    neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings, receiver: Receiver
) -> None:
    """One at a time delivers; when it is killed, the other goes on where it was."""
    variables = {
        **PRIVATE,
        "NEO4J_URI": neo4j_settings.uri,
        "NEO4J_USERNAME": neo4j_settings.username,
        "NEO4J_PASSWORD": neo4j_settings.password,
    }
    with ExitStack() as opened:
        services: list[Served] = [opened.enter_context(served(**variables)) for _ in range(2)]
        wires = [Wire(service.url) for service in services]
        wires[0]("POST", "/webhooks", {"url": receiver.url}).ok(201)
        with ThreadPoolExecutor(8) as writers:
            list(writers.map(lambda n: register(wires[n % 2], f"w{n}-", 10), range(8)))
        wait_until(lambda: len(receiver.events) == 80)
        assert len(receiver.messages) == 80  # each once, while nobody dies
        assert arrived(receiver) == [each.artifact_id for each in neo4j_backend.changes()]
        counts = [wire("GET", "root:/metrics").body.decode() for wire in wires]
        (holder,) = (n for n, text in enumerate(counts) if 'deliveries_total{outcome="delivered"} 80.0' in text)
        services[holder].process.send_signal(signal.SIGKILL)
        services[holder].process.wait()
        register(wires[1 - holder], "late", 5)
        wait_until(lambda: len(receiver.events) == 85)
        assert arrived(receiver) == [each.artifact_id for each in neo4j_backend.changes()]
