"""Classes of routes: what is checked before any handler runs, and what becomes of an id in a path."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Security
from fastapi.routing import APIRoute

from catalog_graph.errors import NotFound
from catalog_graph.server.access import require_scopes
from catalog_graph.server.paths import CONTRACT_ROUTES, ENCODING_HEADER, candidate_ids
from catalog_graph.server.unknown import unknown_parameters, with_warnings

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CatalogRoute(APIRoute):
    """A route that checks the API key before it reads anything else of a request, and then the query parameters.

    It refuses parameters that it does not know, or names them in the `warnings` of its answer.
    """

    def get_route_handler(self) -> Handler:
        """Return the handler, called after the scopes of the key and the parameters are checked."""
        handle = self.inner_handler()
        scopes = [scope for each in self.dependencies if isinstance(each, Security) for scope in each.scopes or ()]
        is_contract = any((method, self.path) in CONTRACT_ROUTES for method in self.methods or ())

        async def check_then_handle(request: Request) -> Response:
            require_scopes(request, scopes)
            if not request.query_params:
                return await handle(request)
            warnings = unknown_parameters(request.query_params, self._parameters, is_contract=is_contract)
            return with_warnings(await handle(request), warnings)

        return check_then_handle

    def inner_handler(self) -> Handler:
        """Return the handler of a request that passed the checks; a class of routes that does more extends it."""
        return super().get_route_handler()

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """The names of the query parameters, those of dependencies too."""
        return frozenset(_query_parameters(self.dependant))


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_parameters(inner)


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
