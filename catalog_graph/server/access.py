"""Access to the service: who sent a request, and whether the key's scopes allow it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog_graph.errors import Forbidden, RateLimited, Unauthorized
from catalog_graph.server.key_refresh import KeyRefresh
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.keys import ApiKey, KeyScope
from catalog_graph.server.open_paths import OPEN_PATHS
from catalog_graph.server.problems import problem_response
from catalog_graph.server.rates import RateLimit, WrongKeys


class AccessMiddleware:
    """Middleware that answers 401 without a known key, and 429 to too many requests of one, before a body is read."""

    def __init__(self, app: ASGIApp, keyring: Keyring, refresh: KeyRefresh, rate: RateLimit) -> None:
        self.app = app
        self.keyring = keyring
        self.refresh = refresh
        self.rate = rate
        self.wrong_keys = WrongKeys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its `api_key` in the state, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        authorization = Headers(scope=scope).get("authorization", "")
        key = self.keyring.identify(authorization)
        needs_key = scope["path"] not in OPEN_PATHS
        if key is None and authorization and needs_key:
            await self.refresh.again()
            key = self.keyring.identify(authorization)
        has_ended = key is not None and key.has_ended
        if (key is None or has_ended) and needs_key:
            if authorization and not has_ended:
                await asyncio.sleep(self.wrong_keys.delay(_address(scope)))
            await problem_response(_unauthorized(authorization, has_ended))(scope, receive, send)
            return
        if needs_key:
            try:
                self.rate.count(key.digest if key and key.digest else _address(scope))
            except RateLimited as error:
                await problem_response(error)(scope, receive, send)
                return
        scope.setdefault("state", {})["api_key"] = None if has_ended else key
        await self.app(scope, receive, send)


def _address(scope: Scope) -> str:
    """Return the address of a client; behind a proxy that the settings name, uvicorn put the forwarded one there."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _unauthorized(authorization: str, has_ended: bool) -> Unauthorized:
    if has_ended:
        return Unauthorized("the API key has expired or was revoked; ask the operator of the service for another one")
    if authorization:
        return Unauthorized(
            "the API key is unknown; pass a key of this service as api_key or set FLOWYML_CATALOG_API_KEY"
        )
    return Unauthorized("an API key is required; pass it as api_key or set FLOWYML_CATALOG_API_KEY")


_BEARER = HTTPBearer(auto_error=False, description="An API key of the service; not needed if the service has no keys.")


def require_scopes(request: Request, scopes: Iterable[str]) -> None:
    """Raise `Forbidden` if the API key of a request lacks one of these scopes."""
    key: ApiKey | None = request.state.api_key
    for scope in scopes:
        if key is None or scope not in key.scopes:
            raise Forbidden(f"the API key lacks the scope {scope!r}; use a key that has it", scope=scope)


def needs(scope: KeyScope) -> Any:
    """Return the dependency of routes that raises `Forbidden` for an API key without `scope`."""

    async def check(request: Request, _: Annotated[object, Security(_BEARER)]) -> None:
        require_scopes(request, [scope])

    return Security(check, scopes=[scope])
