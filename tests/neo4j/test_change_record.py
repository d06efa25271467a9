"""The change record in Neo4j: two services and many writers, a killed service, long histories, dropped changes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from neo4j import Driver

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.changes.change import Change
from catalog_graph.errors import CatalogError, ChangesDropped
from tests.server.command import Served
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings
from tests.support.replay import Replay

WRITERS, EACH = 16, 12


class Follower:
    """Reads the record from the last number on, again and again, in a thread."""

    def __init__(self, backend: Neo4jCatalogBackend) -> None:
        self.changes: list[Change] = []
        self._backend = backend
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._read()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._read()
            time.sleep(0.005)

    def _read(self) -> None:
        self.changes += self._backend.changes(after=self.changes[-1].number if self.changes else 0)


@pytest.fixture
def two_services(neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings) -> list[Served]:
    s = neo4j_settings
    settings = {"NEO4J_URI": s.uri, "NEO4J_USERNAME": s.username, "NEO4J_PASSWORD": s.password}
    return [Served("--port", "0", variables={**settings, "NEO4J_DATABASE": s.database}) for _ in range(2)]


def write(url: str, writer: int, stored: list[str]) -> None:
    """Register, tag and connect artifacts one by one, until the service is gone."""
    with RemoteCatalogBackend(url) as backend:
        try:
            for n in range(EACH):
                artifact_id = f"w{writer}-{n}"
                backend.register(artifact(artifact_id, *([f"w{writer}-{n - 1}"] if n else []), name="shared"))
                stored.append(artifact_id)
                if n % 3 == 1:
                    backend.tag(artifact_id, {"n": n})
                    backend.add_parents(artifact_id, "common")
                    backend.set_alias("shared", f"a{writer % 4}", artifact_id)
        except CatalogError:
            return


@pytest.mark.parametrize("kill", [pytest.param(False, marks=pytest.mark.long), True])
def test_reading_on_gives_every_change_once_and_in_order(
    kill: bool, two_services: list[Served], neo4j_backend: Neo4jCatalogBackend
) -> None:
    """16 writers write through two services, of which one may be killed: a follower misses and repeats nothing."""
    stored: list[str] = []
    try:
        urls = [service.url for service in two_services]
        with Follower(neo4j_backend) as follower, ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, urls[n % 2], n, stored) for n in range(WRITERS)]
            if kill:
                while len(stored) < WRITERS:
                    time.sleep(0.01)
                two_services[0].process.kill()
            for each in writers:
                each.result()
    finally:
        for service in two_services:
            service.close()
    changes = follower.changes
    assert changes == list(neo4j_backend.changes())
    numbers = [each.number for each in changes]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, neo4j_backend.audit_page().record.last + 1))
    registered = [each.artifact_id for each in changes if each.kind == "registered"]
    assert len(registered) == len(set(registered))
    assert set(stored) <= set(registered)
    assert kill or len(registered) == WRITERS * EACH
    assert [each.at for each in changes] == sorted(each.at for each in changes)
    Replay(changes).require_equal(neo4j_backend)


@pytest.mark.long
def test_no_deadlock_between_many_kinds_of_writers(neo4j_backend: Neo4jCatalogBackend) -> None:
    """Aliases, edges, batches and tags of the same artifacts at once: all succeed."""
    neo4j_backend.register_many([artifact(f"a{n}", name="m") for n in range(10)])

    def work(n: int) -> None:
        for round_ in range(4):
            one, two = f"a{(n + round_) % 10}", f"a{(n * 3 + round_) % 10}"
            neo4j_backend.tag_many({one: {"t": n}, two: {"u": n}})
            neo4j_backend.set_alias("m", f"alias{n % 3}", one)
            neo4j_backend.add_parents(f"a{n % 10}", f"p{round_}")
            neo4j_backend.register_many([artifact(f"b{n}-{round_}-{i}", one, two) for i in range(40)])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    Replay(neo4j_backend.changes()).require_equal(neo4j_backend)


def test_dropped_changes(neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver) -> None:
    for number in range(5):
        neo4j_backend.register(artifact(f"a{number}"))
    neo4j_driver.execute_query("MATCH (c:_CatalogChange) WHERE c.number < 3 SET c.at = 5")
    assert neo4j_backend.drop_changes(10) == 2
    record = neo4j_backend.audit_page().record
    assert (record.first, record.last, record.whole) == (3, 5, False)
    assert record.since == neo4j_backend.audit(after=2)[0].at
    with pytest.raises(ChangesDropped) as refused:
        neo4j_backend.audit(after=1)
    assert refused.value.details == {"first": 3, "last": 5}
    assert neo4j_backend.audit("a0") == []
    assert neo4j_backend.drop_changes(2**60) == 2
    neo4j_backend.register(artifact("a5"))
    assert [each.number for each in neo4j_backend.changes(after=4)] == [5, 6]


def test_the_clock_set_back(neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver) -> None:
    """An instant is never before that of a lower number."""
    neo4j_backend.register(artifact("a"))
    neo4j_driver.execute_query("MATCH (lock:_CatalogLock {name: 'changes'}) SET lock.at = lock.at + 3600000000")
    neo4j_backend.register(artifact("b"))
    neo4j_backend.register(artifact("c"))
    first, second, third = (each.at for each in neo4j_backend.changes())
    assert first < second == third
    assert [each.artifact_id for each in neo4j_backend.audit(since=second)] == ["c", "b"]
    assert [each.artifact_id for each in neo4j_backend.audit(until=second)] == ["a"]
