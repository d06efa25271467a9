"""Classes of routes: what is checked before any handler runs, and what becomes of an id in a path."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, suppress
from functools import cached_property
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Security
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from catalog_graph.errors import NotFound
from catalog_graph.server.access import require_scopes
from catalog_graph.server.openapi import operation_id
from catalog_graph.server.paths import CONTRACT_ROUTES, ENCODING_HEADER, candidate_ids
from catalog_graph.server.queues import Queue, Work
from catalog_graph.server.route_calls import RouteCall
from catalog_graph.server.unknown import unknown_parameters, with_warnings

_PLACE = "catalog_graph.place"
"""Key of a request's place in its scope."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CatalogRoute(APIRoute):
    """A route that checks the API key before it reads anything else of a request, and then the query parameters.

    It refuses parameters that it does not know, or names them in the `warnings` of its answer.
    """

    reading: ClassVar[Work] = "reads"
    """The class of work of the routes that only read."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "generate_unique_id_function": operation_id})
        respond = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            response = await respond(Request(scope, receive, send))
            await response(scope, receive, send)

        # FastAPI's has a stack for dependencies that end after the response, and there are none.
        self.app = app

    def get_route_handler(self) -> Handler:
        """Return the handler, called when the scopes of the key and the parameters are checked and a place is free."""
        handle = self._handler_with_place()
        scopes = self._scopes
        is_contract = any((method, self.path) in CONTRACT_ROUTES for method in self.methods or ())

        async def check_then_handle(request: Request) -> Response:
            require_scopes(request, scopes)
            if not request.query_params:
                return await handle(request)
            warnings = unknown_parameters(request.query_params, self._parameters, is_contract=is_contract)
            return with_warnings(await handle(request), warnings)

        return check_then_handle

    def _handler_with_place(self) -> Handler:
        handle = self.inner_handler()

        async def wait_then_handle(request: Request) -> Response:
            received = await self.received(request)
            request.state.work = self.work(received)
            queue: Queue = request.app.state.queues.by_work[request.state.work]
            async with AsyncExitStack() as place:
                await place.enter_async_context(queue.place())
                response = await handle(received)
                if isinstance(response, StreamingResponse):
                    request.scope[_PLACE] = place.pop_all()
                return response

        return wait_then_handle

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a stream keeps its place until its end."""
        try:
            await super().handle(scope, receive, send)
        finally:
            if _PLACE in scope:
                await scope[_PLACE].aclose()

    async def received(self, request: Request) -> Request:
        """Return the request with all that is to be read of it before it takes a place."""
        return request

    def work(self, request: Request) -> Work:
        """Return the class of work of a request."""
        only_reads = self._scopes in ([], ["read"]) or self.methods == {"GET"}
        return self.reading if only_reads else "writes"

    def inner_handler(self) -> Handler:
        """Return the handler of a request that passed the checks; a class of routes that does more extends it."""
        return RouteCall(self.dependant).respond

    @cached_property
    def _scopes(self) -> list[str]:
        """The scopes that a key needs."""
        return [scope for each in self.dependencies if isinstance(each, Security) for scope in each.scopes or ()]

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """The names of the query parameters, those of dependencies too."""
        return frozenset(_query_parameters(self.dependant))


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_parameters(inner)


class MetricsRoute(CatalogRoute):
    """A route that asks no store, and answers without a place, also while the service is overloaded."""

    def _handler_with_place(self) -> Handler:
        return self.inner_handler()


class StreamRoute(CatalogRoute):
    """A route that imports or exports many artifacts."""

    def work(self, request: Request) -> Work:
        """Return the class of work of a request."""
        return "streams"


class WatchRoute(CatalogRoute):
    """A route that sends events for as long as its client likes."""

    reading = "watchers"


class ArtifactRoute(CatalogRoute):
    """A route that runs for each id that its `{artifact_id}` may stand for, until the catalog knows one.

    An id in a path has up to two readings: as it is in the request, and percent-decoded.
    """

    def inner_handler(self) -> Handler:
        """Return the handler, called with one candidate id after the other while it raises `NotFound`."""
        handle = super().inner_handler()
        if "{artifact_id}" not in self.path:
            return handle

        async def handle_candidates(request: Request) -> Response:
            is_encoded = request.headers.get(ENCODING_HEADER) == "encoded"
            *others, last = candidate_ids(request.path_params["artifact_id"], is_encoded=is_encoded)
            for candidate in others:
                request.path_params["artifact_id"] = candidate
                with suppress(NotFound):
                    return await handle(request)
            request.path_params["artifact_id"] = last
            return await handle(request)

        return handle_candidates


class TraversalRoute(ArtifactRoute):
    """A route that walks the lineage."""

    reading = "traversals"
