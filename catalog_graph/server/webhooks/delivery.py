"""Delivery to one receiver: each event after the one before has arrived, with longer waits while it is away."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from catalog_graph.backends.composed.feed import POLL_SECONDS, EventPage
from catalog_graph.backends.event_questions import EventQuestion, checked_question
from catalog_graph.backends.webhooks import Progress, StoredWebhook, WebhookStore
from catalog_graph.changes.event import Event, Place
from catalog_graph.errors import CatalogError
from catalog_graph.instants import from_microseconds
from catalog_graph.server.feed import Feed
from catalog_graph.server.webhooks.messages import message_of
from catalog_graph.server.webhooks.sending import Attempt, Sender

NOTE_SECONDS = 1.0
"""Seconds between two writes of the place while events follow each other: as much comes again after a crash."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 3600.0
"""Seconds until the second attempt, and the most between two; each wait is three times the one before."""
FAULT_SECONDS = 60.0
"""Seconds until a delivery that met a fault of the service begins anew."""
_DAY = 24 * 3600 * 1_000_000
_log = logging.getLogger("catalog_graph.webhooks")


class LostLease(Exception):
    """Another replica delivers now."""


class Delivery:
    """Delivers what a webhook has not got yet, for as long as this replica holds the lease and the webhook is on."""

    def __init__(
        self,
        webhook: StoredWebhook,
        holder: str,
        feed: Feed,
        sender: Sender,
        give_up_days: float,
        counted: Callable[[bool], None],
    ) -> None:
        self._webhook = webhook
        self._progress = webhook.progress
        self._holder = holder
        self._feed = feed
        self._store: WebhookStore = feed.store.webhooks
        self._sender = sender
        self._patience = int(give_up_days * _DAY)
        self._counted = counted
        self._noted = webhook.progress
        self._noted_at = time.monotonic()

    async def run(self) -> None:
        """Deliver until the webhook is switched off, or the lease is lost."""
        try:
            while self._progress.off_since is None:
                page = await self._page()
                for event in self._question().selected(page.items):
                    await self._deliver(event)
                    if self._progress.off_since is not None:
                        return
                if page.items:
                    await self._moved(page.place, at_once=False)
                else:
                    await self._moved(page.place, at_once=True)
                    await asyncio.sleep(POLL_SECONDS)
        except LostLease:
            _log.info("Webhook %s is delivered by another replica", self._webhook.id)
        except Exception:
            _log.exception("Webhook %s to %s met a fault of the service", self._webhook.id, self._webhook.host)
            await asyncio.sleep(FAULT_SECONDS)

    def _question(self) -> EventQuestion:
        return checked_question(None, self._webhook.query, self._webhook.kinds)

    async def _page(self) -> EventPage:
        """Return the next events; none while the store is away."""
        place = Place.of(self._progress.place)
        try:
            return await self._feed.page(place)
        except CatalogError:
            return EventPage([], place)

    async def _deliver(self, event: Event) -> None:
        """Send an event until it has arrived, or the webhook is switched off."""
        message = message_of(self._webhook.id, event)
        while True:
            if self._progress.retry_at is not None:
                await asyncio.sleep(max(0.0, (self._progress.retry_at - _now()) / 1_000_000))
            attempt = await self._sender.send(self._webhook, message)
            self._counted(not attempt.error)
            if not attempt.error:
                place = event.id
                self._progress = Progress(place, delivered_at=_now())
                await self._moved(Place.of(place), at_once=self._noted.failures > 0)
                return
            self._failed(attempt)
            await self._note()
            if self._progress.off_since is not None:
                return

    def _failed(self, attempt: Attempt) -> None:
        now, before = _now(), self._progress
        since = before.failing_since or now
        wait = min(FIRST_WAIT * 3.0 ** min(before.failures, 20), LONGEST_WAIT)
        is_over = attempt.is_gone or now - since >= self._patience
        self._progress = replace(
            before,
            failures=before.failures + 1,
            failing_since=since,
            retry_at=now + int(wait * 1_000_000),
            error=attempt.error,
            off_since=now if is_over else None,
        )
        if is_over:
            _log.warning(
                "Webhook %s to %s is switched off: its receiver has been away since %s (%s). 'catalog-graph webhooks "
                "test %s' switches it on again when it answers.",
                *(self._webhook.id, self._webhook.host, from_microseconds(since), attempt.error, self._webhook.id),
            )

    async def _moved(self, place: Place, *, at_once: bool) -> None:
        self._progress = replace(self._progress, place=str(place))
        if self._progress != self._noted and (at_once or time.monotonic() - self._noted_at >= NOTE_SECONDS):
            await self._note()

    async def _note(self) -> None:
        """Store the progress. Raises `LostLease`; while the store is away, the progress is stored later."""
        progress = self._progress
        try:
            noted = await self._feed.in_thread(lambda: self._store.note(self._webhook.id, progress, self._holder))
        except CatalogError:
            return
        if not noted:
            raise LostLease
        self._noted, self._noted_at = progress, time.monotonic()


def _now() -> int:
    return time.time_ns() // 1000
