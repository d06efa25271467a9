"""Bookmarks in the headers of requests and responses, see `docs/operations/clusters.md`."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog_graph.backends import bookmarks
from catalog_graph.backends.bookmarks import HEADER, Bookmarks
from catalog_graph.errors import InvalidInput
from catalog_graph.server.problems import problem_response


class BookmarkMiddleware:
    """Middleware that lets a request be answered by its bookmarks, and sends those that the store gave."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse malformed bookmarks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            caller = Bookmarks(bookmarks.checked(",".join(Headers(scope=scope).getlist(HEADER)), HEADER))
        except InvalidInput as error:
            await problem_response(error)(scope, receive, send)
            return
        received = caller.texts
        bookmarks.serve(caller)

        async def send_with_bookmarks(message: Message) -> None:
            if message["type"] == "http.response.start" and caller.texts != received:
                MutableHeaders(scope=message)[HEADER] = str(caller)
            await send(message)

        await self.app(scope, receive, send_with_bookmarks)
