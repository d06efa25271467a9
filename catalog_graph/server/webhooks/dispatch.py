"""The webhooks of a service: one of its replicas holds a lease and delivers, each receiver on its own."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from catalog_graph.backends.webhooks import StoredWebhook
from catalog_graph.errors import CatalogError
from catalog_graph.server.background import background_task
from catalog_graph.server.feed import Feed
from catalog_graph.server.metrics import Metrics
from catalog_graph.server.settings import ServerSettings
from catalog_graph.server.webhooks.delivery import Delivery
from catalog_graph.server.webhooks.messages import trial_message
from catalog_graph.server.webhooks.sending import Attempt, Sender

ROUND_SECONDS = 1.0
"""Seconds between two looks at the webhooks while this replica delivers."""
IDLE_SECONDS = 5.0
"""Seconds between two looks while it does not: there is no webhook, or another replica delivers."""
LEASE_SECONDS = 15.0
"""Seconds for which the lease of a replica that is gone stands in the way of the others."""
_RENEW_SECONDS = 3.0
"""Seconds after which the lease is renewed."""
_SAFE_SECONDS = 10.0
"""Seconds after which a replica that could not renew its lease stops to deliver, before another may begin."""


class Webhooks:
    """Delivers events while the service runs."""

    def __init__(self, feed: Feed, settings: ServerSettings, metrics: Metrics) -> None:
        self._feed = feed
        self._store = feed.store.webhooks
        self._metrics = metrics
        self._give_up_days = settings.webhook_give_up
        self._holder = secrets.token_hex(8)
        self._sender = Sender(allows_private=settings.webhook_private_addresses)
        self._deliveries: dict[str, asyncio.Task[None]] = {}
        self._held_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver while the block lasts; at its end, leave the lease to another replica."""
        self._loop = asyncio.get_running_loop()
        try:
            async with background_task(self._rounds()):
                yield
        finally:
            await self._stop(list(self._deliveries))
            if self._held_at:
                with suppress(CatalogError, TimeoutError):
                    await self._take_lease(0)
            await self._sender.close()

    async def test(self, webhook: StoredWebhook) -> Attempt:
        """Send a message about nothing, once."""
        return await self._sender.send(webhook, trial_message(webhook.id))

    def look_again(self) -> None:
        """Look at the webhooks now, since one was made, deleted or switched on; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._changed.set)

    async def _rounds(self) -> None:
        while True:
            self._changed.clear()
            try:
                webhooks = {each.id: each for each in await self._feed.in_thread(self._store.all)}
                active = {i: each for i, each in webhooks.items() if each.progress.off_since is None}
                if active and await self._holds_lease():
                    await self._deliver_to(active)
                else:
                    await self._stop(list(self._deliveries))
            except (CatalogError, TimeoutError):
                if time.monotonic() - self._held_at > _SAFE_SECONDS:
                    await self._stop(list(self._deliveries))
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS if self._deliveries else IDLE_SECONDS):
                    await self._changed.wait()

    async def _holds_lease(self) -> bool:
        if self._deliveries and time.monotonic() - self._held_at < _RENEW_SECONDS:
            return True
        return await self._take_lease(LEASE_SECONDS)

    async def _take_lease(self, seconds: float) -> bool:
        """Take or renew the lease; the time counts from before the request."""
        began = time.monotonic()
        async with asyncio.timeout(_SAFE_SECONDS / 2):
            taken = await self._feed.in_thread(lambda: self._store.take_lease(self._holder, seconds))
        if taken:
            self._held_at = began
        return taken

    async def _deliver_to(self, webhooks: dict[str, StoredWebhook]) -> None:
        ended = [i for i, task in self._deliveries.items() if task.done() or i not in webhooks]
        await self._stop(ended)
        for webhook_id, webhook in webhooks.items():
            if webhook_id not in self._deliveries:
                counted = self._metrics.count_message
                delivery = Delivery(webhook, self._holder, self._feed, self._sender, self._give_up_days, counted)
                self._deliveries[webhook_id] = asyncio.create_task(delivery.run())

    async def _stop(self, webhook_ids: list[str]) -> None:
        """Stop deliveries."""
        tasks = [self._deliveries.pop(each) for each in webhook_ids]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
