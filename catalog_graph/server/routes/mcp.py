"""The Model Context Protocol: tools for language models, see `docs/how-to/mcp.md`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from catalog_graph.server.mcp.endpoint import McpEndpoint
from catalog_graph.server.route_classes import TraversalRoute
from catalog_graph.server.routes.common import READ

PATH = "/mcp"

router = APIRouter(tags=["mcp"], route_class=TraversalRoute)


class _Answer(StreamingResponse):
    """The answer of the SDK, which asks the catalog while it writes: the request keeps its place until then."""

    def __init__(self, endpoint: McpEndpoint) -> None:
        super().__init__([])
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint.handle(scope, receive, send)


@router.post(PATH, include_in_schema=False, dependencies=READ)
async def mcp(request: Request) -> Response:
    """Answer a request of the Model Context Protocol."""
    return _Answer(request.app.state.mcp)
