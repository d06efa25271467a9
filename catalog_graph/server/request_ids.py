"""Request ids: that of the request, else a new one; the change record keeps it, and each response has it."""

from __future__ import annotations

import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
MAX_REQUEST_ID = 128
"""Maximum number of characters of a request id."""


class RequestIdMiddleware:
    """Middleware that puts `request_id` into the state of each request, and into the headers of its response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = accepted(Headers(scope=scope).get(HEADER, "")) or uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)


def accepted(text: str) -> str:
    """Return a request id that a client sent if it is 1 to 128 printable ASCII characters, else an empty text."""
    return text if len(text) <= MAX_REQUEST_ID and text.isascii() and text.isprintable() else ""
