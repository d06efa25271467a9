"""Overload: each class of work has places and a queue of its own, and whoever finds it full is told at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
from fastapi import Request

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import Overloaded
from catalog_graph.lineage import Lineage, Traversal
from catalog_graph.server.app import ROUTERS
from catalog_graph.server.queues import Queue, Work
from catalog_graph.server.route_classes import CatalogRoute
from catalog_graph.server.settings import ServerSettings
from tests.server.running import running
from tests.server.wire import Reply, Wire
from tests.support.model import ModelBackend

SOON = 0.05
"""Seconds within which a refusal must come."""


class Slow(ModelBackend):
    """A store whose reads, traversals or tags wait for `go_on`."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self.slow = slow
        self.go_on = threading.Event()
        self.running = threading.Semaphore(0)

    def _wait(self, work: str) -> None:
        if work == self.slow:
            self.running.release()
            assert self.go_on.wait(60)

    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        self._wait("reads")
        return super()._get(artifact_ids)

    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        self._wait("traversals")
        return super()._traverse(artifact_id, traversal)

    def _edit_tags(self, *arguments: Any) -> CatalogEntry:
        self._wait("writes")
        return super()._edit_tags(*arguments)


class Busy:
    """A service of two places in each class, with room for one more that waits."""

    def __init__(self, store: Slow, url: str, clients: ThreadPoolExecutor) -> None:
        self.store = store
        self.wire = Wire(url)
        self.artifact = self.wire.register()
        self._clients = clients

    def fill(self, method: str, path: str, *body: Any) -> list[Future[Reply]]:
        """Send three requests, of which two run and one waits."""
        sent = [self._clients.submit(self.wire, method, path, *body) for _ in range(3)]
        for _ in range(2):
            assert self.store.running.acquire(timeout=30)
        time.sleep(0.1)
        return sent

    def timed(self, method: str, path: str, *body: Any) -> tuple[Reply, float]:
        """Send a request; return its response and its seconds, the fewest of three."""
        replies = []
        for _ in range(3):
            start = time.monotonic()
            replies.append((self.wire(method, path, *body), time.monotonic() - start))
        return min(replies, key=lambda each: each[1])


@contextmanager
def busy(slow: str, **settings: Any) -> Iterator[Busy]:
    store = Slow(slow)
    settings = {"threads": 4, "max_traversals": 2, "max_queue": 1, **settings}
    with ThreadPoolExecutor(20) as clients:
        try:
            with running(store, ServerSettings(**settings)) as url:
                yield Busy(store, url, clients)
                store.go_on.set()
        finally:
            store.go_on.set()


@pytest.mark.parametrize("slow", ["reads", "traversals"])
def test_a_full_queue_answers_at_once_and_holds_up_no_other_class(slow: str) -> None:
    with busy(slow) as service:
        path = f"/artifacts/{service.artifact}"
        other = f"{path}/upstream"
        if slow == "traversals":
            path, other = other, path
        sent = service.fill("GET", path)
        refused, seconds = service.timed("GET", path)
        assert refused.problem(503, "overloaded")["retry_after"] > 0
        assert int(refused.headers["retry-after"]) > 0
        assert seconds < SOON
        assert service.wire("GET", "root:/healthz").status == 200
        metrics = service.wire("GET", "root:/metrics").body.decode()
        assert f'catalog_graph_queue_running{{work="{slow}"}} 2.0\n' in metrics
        assert f'catalog_graph_queue_waiting{{work="{slow}"}} 1.0\n' in metrics
        service.wire("GET", other).ok()
        service.wire.register(name="beside")
        service.store.go_on.set()
        assert [each.result(30).status for each in sent] == [200] * 3
        service.wire("GET", path).ok()


def test_a_write_waits_before_it_is_refused() -> None:
    with busy("writes", write_wait=0.4, max_queue=2) as service:
        path = f"/artifacts/{service.artifact}/tags"
        sent = service.fill("PUT", path, {"a": 1})
        start = time.monotonic()
        service.wire("PUT", path, {"a": 1}).problem(503, "overloaded")
        assert 0.3 < time.monotonic() - start < 10
        service.store.go_on.set()
        statuses = [each.result(30).status for each in sent]
        assert sorted(statuses) == [200, 200, 503]
        service.wire("PUT", path, {"b": 2}).ok()


def test_a_stream_keeps_its_place_until_its_end() -> None:
    store = ModelBackend()
    ended = []

    def around(app: Any) -> Callable[..., Any]:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            async def sending(message: Any) -> None:
                if message["type"] == "http.response.body":
                    ended.append(app.state.queues.by_work["streams"].running)
                await send(message)

            await app(scope, receive, sending)
            if scope["type"] == "http":
                ended.append(app.state.queues.by_work["streams"].running)

        return watched

    with running(store, around=around) as url:
        wire = Wire(url)
        wire.register()
        ended.clear()
        assert wire("GET", "/export").status == 200
        time.sleep(0.05)
    assert ended[:-1] == [1] * (len(ended) - 1)
    assert (len(ended) > 1, ended[-1]) == (True, 0)


def test_the_class_of_every_route() -> None:
    works: dict[str, set[str]] = {}
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, CatalogRoute)):
        name = route.path.removeprefix("/api/v1/catalog").replace("/{artifact_id}", "")
        for method in route.methods or ():
            works.setdefault(route.work(Request({"type": "http"})), set()).add(f"{method} {name}")
    assert works["streams"] == {"POST /import", "GET /export", "GET /audit"}
    assert {"GET /artifacts/upstream", "GET /artifacts/picture", "POST /artifacts/check-promotion"} <= works[
        "traversals"
    ]
    assert {each.partition(" ")[0] for each in works["writes"]} == {"POST", "PUT", "DELETE"}
    assert {each.partition(" ")[0] for each in works["reads"]} == {"GET", "POST"}
    assert {each for each in works["reads"] if "POST" in each} == {"POST /artifacts/batch/get"}


def queue(places: int = 1, length: int = 10, patience: float = 10) -> Queue:
    return Queue("reads", places, length, patience)


async def hold(queue: Queue, name: str, order: list[str], until: asyncio.Event) -> None:
    async with queue.place():
        order.append(name)
        await until.wait()


def test_places_are_handed_over_in_the_order_of_arrival_and_none_is_lost() -> None:
    async def check() -> None:
        line, order, until = queue(), [], asyncio.Event()
        tasks = []
        for name in "abcd":
            tasks.append(asyncio.create_task(hold(line, name, order, until)))
            await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        until.set()
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["a", "d"]
        assert line.running == 0
        async with asyncio.timeout(1), line.place():
            assert line.running == 1

    asyncio.run(check())


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ("reads", "1 reads are running (CATALOG_GRAPH_MAX_QUEUE)"),
        ("batches", "1 batches are running (CATALOG_GRAPH_MAX_QUEUE)"),
        ("watchers", "1 watchers are connected (CATALOG_GRAPH_MAX_WATCHERS)"),
    ],
)
def test_without_a_queue_the_log_names_the_setting(work: Work, expected: str, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        line = Queue(work, 1, 0, 10)
        async with line.place():
            with pytest.raises(Overloaded, match="the service is busy: 1"):
                await AsyncExitStack().enter_async_context(line.place())

    asyncio.run(check())
    assert expected in caplog.text


def test_who_waits_too_long_is_refused_and_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        line = queue(length=1, patience=0.02)
        async with line.place():
            for _ in range(3):
                with pytest.raises(Overloaded, match="no place"):
                    await AsyncExitStack().enter_async_context(line.place())
        assert line.running == 0

    asyncio.run(check())
    assert ["CATALOG_GRAPH_MAX_QUEUE" in record.getMessage() for record in caplog.records] == [True]
