"""Call the function of a route with the values of a request.

FastAPI reads the signatures of functions, and documents them. Its own way to call one validates each parameter by its
type. The parameters here are texts, which the functions check themselves, and bodies, which `JsonRoute` validates:
nothing is left to validate, see `docs/decisions/route-calls.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, ImmutableMultiDict

_TEXT = (str, str | None)
_TEXTS = (list[str], list[str] | None)


class RouteCall:
    """The function of a route, or one that it depends on, and where its arguments come from.

    Raises `TypeError` for a parameter that is not a text or a list of texts.
    """

    def __init__(self, dependant: Dependant) -> None:
        assert dependant.call is not None
        self._function: Callable[..., Any] = dependant.call
        self._is_async = inspect.iscoroutinefunction(dependant.call)
        self._request = dependant.request_param_name
        self._path = [parameter.name for parameter in dependant.path_params]
        self._query = [_Parameter(field) for field in dependant.query_params]
        self._headers = [_Parameter(field) for field in dependant.header_params]
        self._body = dependant.body_params[0].name if dependant.body_params else None
        # A dependency without a name checks the key, as `CatalogRoute` has done before.
        self._inner = [(each.name, RouteCall(each)) for each in dependant.dependencies if each.name is not None]

    async def respond(self, request: Request) -> Response:
        """Return the response of the function; one that is not asynchronous runs in a thread."""
        arguments = await self._arguments(request)
        if self._is_async:
            response = await self._function(**arguments)
        else:
            response = await run_in_threadpool(self._function, **arguments)
        assert isinstance(response, Response)
        return response

    async def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {name: await call.value(request) for name, call in self._inner}
        if self._request is not None:
            arguments[self._request] = request
        for name in self._path:
            arguments[name] = request.path_params[name]
        for parameter in self._query:
            arguments[parameter.name] = parameter.value(request.query_params)
        for parameter in self._headers:
            arguments[parameter.name] = parameter.value(request.headers)
        if self._body is not None:
            arguments[self._body] = await request.json()
        return arguments

    async def value(self, request: Request) -> Any:
        """Return the result of a dependency, which waits for nothing."""
        arguments = await self._arguments(request)
        return await self._function(**arguments) if self._is_async else self._function(**arguments)


class _Parameter:
    """A parameter of the query string or a header; `field` is FastAPI's description of it."""

    def __init__(self, field: Any) -> None:
        annotation = field.field_info.annotation
        text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        if annotation not in (*_TEXT, *_TEXTS):
            raise TypeError(f"{field.name} is read as text, not as {text}: let the function check it")
        self.name: str = field.name
        self._alias = field.alias
        self._is_list = annotation in _TEXTS
        self._default: Callable[[], Any] = field.get_default

    def value(self, values: ImmutableMultiDict[str, str] | Headers) -> Any:
        """Return the value in a request, else the default."""
        if self._alias not in values:
            return self._default()
        return values.getlist(self._alias) if self._is_list else values[self._alias]
