"""The service on a port of its own, in a thread of the test."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.server.app import create_app
from catalog_graph.server.certificate import Certificate
from catalog_graph.server.listening import config_of
from catalog_graph.server.settings import ServerSettings


class _Server(uvicorn.Server):
    """uvicorn that stops when it is told, where uvicorn itself looks ten times a second."""

    _loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    def stop(self) -> None:
        """Stop it, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)


@contextmanager
def running(
    backend: CatalogBackend,
    settings: ServerSettings | None = None,
    around: Callable[[Any], Any] = lambda app: app,
    port: int = 0,
) -> Iterator[str]:
    """Serve `backend`, with `around` its application, until the end of the block; yield the URL of the API.

    It has a port of its own unless `port` names one.
    """
    settings = (settings or ServerSettings()).model_copy(update={"port": port})
    server = _Server(config_of(around(create_app(backend, settings)), settings, Certificate.of(settings)))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/api/v1/catalog"
    finally:
        server.stop()
        thread.join()
