"""The tools over HTTP: a server of the SDK inside the service, started by the first request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup, TaskStatus
from starlette.types import Receive, Scope, Send

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import missing_extra

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

MAX_BODY = 1_000_000
"""Maximum size of a request, in bytes: a call of a tool, with the text of a policy at most."""


class McpEndpoint:
    """Serves requests of the protocol, each on its own: no session, so that any replica answers any request."""

    def __init__(self, backend: CatalogBackend) -> None:
        self._backend = backend
        self._manager: StreamableHTTPSessionManager | None = None
        self._tasks: TaskGroup | None = None
        self._lock = anyio.Lock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let requests start the server, and stop it at the end."""
        async with anyio.create_task_group() as self._tasks:
            yield
            self._tasks.cancel_scope.cancel()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises `NotInstalled` without the extra `mcp`."""
        async with self._lock:
            if self._manager is None:
                assert self._tasks is not None
                self._manager = await self._tasks.start(self._serve, await anyio.to_thread.run_sync(self._new_manager))
        await self._manager.handle_request(scope, receive, send)

    def _new_manager(self) -> StreamableHTTPSessionManager:
        try:
            from mcp.server.transport_security import TransportSecuritySettings

            from catalog_graph.server.mcp.tools import mcp_server
        except ModuleNotFoundError as error:
            raise missing_extra("/mcp", error.name or "mcp", "mcp") from error
        server = mcp_server(self._backend)
        # The service checks the names of hosts for all routes.
        security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(
            json_response=True, stateless_http=True, max_request_body_size=MAX_BODY, transport_security=security
        )
        return server.session_manager

    @staticmethod
    async def _serve(
        manager: StreamableHTTPSessionManager, *, task_status: TaskStatus[StreamableHTTPSessionManager]
    ) -> None:
        async with manager.run():
            task_status.started(manager)
            await anyio.sleep_forever()
