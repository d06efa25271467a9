"""Keep the keys of a running service up to date: the key file, the keys of the store, and when they were used."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Lock

import anyio.to_thread
from anyio import CapacityLimiter

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.errors import CatalogError
from catalog_graph.server.background import background_task
from catalog_graph.server.keyring import Keyring

REFRESH_SECONDS = 5.0
"""Seconds until a replica knows what another one, or the key file, has changed."""
AGAIN_SECONDS = 1.0
"""Seconds between two refreshes for the sake of an unknown key."""
WAIT_SECONDS = 1.0
"""Seconds that a request with an unknown key waits for a refresh, once it may begin."""
USES_SECONDS = 60.0
"""Seconds between two writes of the last uses."""
_log = logging.getLogger("catalog_graph.keys")


class KeyRefresh:
    """Refreshes a keyring from the file of its settings and from a store."""

    def __init__(self, keyring: Keyring, backend: CatalogBackend) -> None:
        self._keyring = keyring
        self._store = backend if isinstance(backend, StoreBackend) else None
        self._refresh: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        """The refresh that unknown keys wait for, until it begins."""
        self._lock = Lock()
        self._refreshed_at = self._uses_at = time.monotonic()
        self._stored_uses: dict[str, int] = {}
        self._thread = CapacityLimiter(1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Refresh the keys now and while the block lasts; at its end, store their last uses."""
        if not self._keyring.keys:
            yield
            return
        await self._refreshed(WAIT_SECONDS)
        try:
            async with background_task(self._rounds()):
                yield
        finally:
            await self._in_thread(self._store_uses)

    async def again(self) -> None:
        """Wait for a refresh for the sake of an unknown key; it begins from now on, and is that of all who wait."""
        if self._next is None:
            self._next = asyncio.create_task(self._soon())
        await asyncio.wait({self._next}, timeout=AGAIN_SECONDS + WAIT_SECONDS)

    def now(self) -> None:
        """Refresh the keys, in the thread of a request that changed them."""
        with self._lock:  # or what was read earlier could be taken later
            self._keyring.read_file_again()
            if self._store is not None:
                self._keyring.take_stored(self._store.stored_keys())

    async def _soon(self) -> None:
        await asyncio.sleep(self._refreshed_at + AGAIN_SECONDS - time.monotonic())
        if self._refresh is not None:
            await asyncio.wait({self._refresh})
        self._next = None
        await self._refreshed(None)

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._refreshed(None)
            if time.monotonic() - self._uses_at >= USES_SECONDS:
                self._uses_at = time.monotonic()
                await self._in_thread(self._store_uses)

    async def _refreshed(self, seconds: float | None) -> None:
        """Wait for a refresh, one at a time, at most so long."""
        if self._refresh is None:
            self._refresh = asyncio.create_task(self._run())
        await asyncio.wait({self._refresh}, timeout=seconds)

    async def _run(self) -> None:
        try:
            await self._in_thread(self.now)
        finally:
            self._refreshed_at = time.monotonic()
            self._refresh = None

    async def _in_thread(self, work: object) -> None:
        """Run in a thread of its own, since those of requests may all be busy; while the store is away, keys stay."""
        with suppress(CatalogError):
            await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._thread)  # type: ignore[arg-type]

    def _store_uses(self) -> None:
        uses = dict(self._keyring.uses)
        new = {digest: at for digest, at in uses.items() if self._stored_uses.get(digest) != at}
        if new and self._store is not None:
            self._store.store_key_uses(new)
            self._stored_uses = uses
