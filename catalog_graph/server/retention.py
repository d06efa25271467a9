"""Retention of the change record: old changes are dropped while the service runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed.changes import StoreChanges
from catalog_graph.errors import CatalogError
from catalog_graph.server.background import background_task

INTERVAL = 3600.0
"""Seconds between two rounds."""
_DAY = 24 * 3600 * 1_000_000
_log = logging.getLogger(__name__)


@asynccontextmanager
async def dropping_old_changes(backend: CatalogBackend, days: int) -> AsyncIterator[None]:
    """Drop recorded changes that are older than `days`, now and every hour; 0 keeps all."""
    if not days or not isinstance(backend, StoreChanges):
        yield
        return
    async with background_task(_rounds(backend, days)):
        yield


async def _rounds(backend: StoreChanges, days: int) -> None:
    while True:
        try:
            await run_in_threadpool(backend.drop_changes, time.time_ns() // 1000 - days * _DAY)
        except CatalogError as error:
            _log.warning("old changes could not be dropped: %s", error.message)
        await asyncio.sleep(INTERVAL)
