"""Metrics that are read when they are asked for: threads, and the state and sizes of the store."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import Sizes, StoreBackend
from catalog_graph.backends.webhooks import STATES
from catalog_graph.errors import CatalogError
from catalog_graph.server.queues import Queues

REFRESH_SECONDS = 15.0
"""Seconds for which the sizes of the store are taken as they were."""
WAIT_SECONDS = 1.0
"""Seconds to wait for a store that does not answer, before its last state is told."""


class Gauges(Collector):
    """The threads of the service, and the last known state of its store."""

    def __init__(self, backend: CatalogBackend, queues: Queues, registry: CollectorRegistry) -> None:
        self._backend = backend
        self._queues = queues
        self._sizes: Sizes | None = None
        self._webhooks: tuple[Counter[str], int] = Counter(), 0
        self._read_at = -REFRESH_SECONDS
        self._reading: asyncio.Task[None] | None = None
        self._threads: dict[str, float] = {}
        registry.register(self)

    async def refresh(self) -> None:
        """Read the threads, and the store unless it was read a moment ago."""
        limiter = anyio.to_thread.current_default_thread_limiter()
        statistics = limiter.statistics()
        self._threads = {
            "busy": statistics.borrowed_tokens,
            "max": statistics.total_tokens,
            "waiting": statistics.tasks_waiting + self._queues.waiting,
        }
        if self._reading is None and time.monotonic() - self._read_at >= REFRESH_SECONDS:
            self._reading = asyncio.create_task(self._read())
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=WAIT_SECONDS)

    async def _read(self) -> None:
        """Read the store in a thread of its own, since all others may be busy."""
        try:
            if isinstance(self._backend, StoreBackend):
                thread = CapacityLimiter(1)
                self._sizes = await anyio.to_thread.run_sync(
                    self._backend.sizes, abandon_on_cancel=True, limiter=thread
                )
                self._webhooks = await anyio.to_thread.run_sync(
                    partial(_webhooks_of, self._backend), abandon_on_cancel=True, limiter=thread
                )
        except CatalogError:
            self._sizes = None
        finally:
            self._read_at = time.monotonic()
            self._reading = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what `refresh` read."""
        texts = {"busy": "Threads with a request", "max": "Threads", "waiting": "Requests that wait for a place"}
        for name, value in self._threads.items():
            yield GaugeMetricFamily(f"catalog_graph_threads_{name}", texts[name], value)
        running = GaugeMetricFamily("catalog_graph_queue_running", "Requests that hold a place", labels=["work"])
        waiting = GaugeMetricFamily("catalog_graph_queue_waiting", "Requests that wait for a place", labels=["work"])
        for work, queue in self._queues.by_work.items():
            running.add_metric([work], queue.running)
            waiting.add_metric([work], queue.waiting)
        yield from (running, waiting)
        yield GaugeMetricFamily("catalog_graph_store_up", "1 if the store answers", self._sizes is not None)
        if self._sizes is not None:
            yield GaugeMetricFamily("catalog_graph_artifacts", "Known artifacts in the store", self._sizes.artifacts)
            yield GaugeMetricFamily("catalog_graph_edges", "Edges in the store", self._sizes.edges)
            states, behind = self._webhooks
            webhooks = GaugeMetricFamily("catalog_graph_webhooks", "Webhooks", labels=["state"])
            for state in STATES:
                webhooks.add_metric([state], states[state])
            yield webhooks
            text = "Transactions that the webhook furthest behind has still to deliver"
            yield GaugeMetricFamily("catalog_graph_webhook_lag", text, behind)


def _webhooks_of(store: StoreBackend) -> tuple[Counter[str], int]:
    """Return the number of webhooks in each state, and the most transactions that one which is on is behind."""
    progress = [each.progress for each in store.webhooks.all()]
    if not progress:
        return Counter(), 0
    last = store.last_place()
    behind = max((each.behind(last) for each in progress if each.state != "off"), default=0)
    return Counter(each.state for each in progress), behind
