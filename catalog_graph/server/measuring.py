"""Measure each request, whoever answers it."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog_graph.server.metrics import Metrics

NO_ROUTE = "none"
"""The route of requests that are answered before a route is chosen, such as those without an API key."""


class MeasuringMiddleware:
    """Middleware that counts requests, and measures them until the last byte of their answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its status and duration."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        self.metrics.began()
        try:
            await self.app(scope, receive, send_and_note)
        finally:
            self.metrics.ended(scope["method"], route_of(scope), status, time.perf_counter() - began)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered a request, such as `/api/v1/catalog/artifacts/{artifact_id}`."""
    return str(getattr(scope.get("route"), "path", NO_ROUTE))
