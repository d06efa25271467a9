"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from catalog_graph.backends.wording import in_http
from catalog_graph.errors import (
    CatalogError,
    Forbidden,
    NotInstalled,
    Overloaded,
    RateLimited,
    StoreLags,
    StoreUnavailable,
    TimeLimitReached,
    Unauthorized,
)
from catalog_graph.server.openapi import methods_at
from catalog_graph.server.responses import encode_json

_log = logging.getLogger("catalog_graph.server")

RETRY_SECONDS = 5
"""Seconds after which to retry if the store does not answer: about as long as Neo4j takes to restart."""


def problem_response(error: CatalogError) -> Response:
    """Return the problem document of `error`."""
    problem = error.problem()
    return _response({**problem, "detail": in_http(problem["detail"])}, _headers(error))


def simple_problem(status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return the problem document of an error that concerns HTTP alone."""
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return _response(problem, headers or {})


def handle_problems(app: FastAPI) -> None:
    """Make `app` answer every error with a problem document."""
    app.add_exception_handler(CatalogError, _on_catalog_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_fault)


async def _on_catalog_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CatalogError)
    of_one_request = isinstance(error, Overloaded | StoreLags | NotInstalled)
    if isinstance(error, StoreUnavailable) and not of_one_request:
        cause = error.__cause__
        request.app.state.observer.outage.failed(cause if isinstance(cause, CatalogError) else error)
    elif error.status >= 500 and not of_one_request:
        # A queue warns once a minute. A traceback is for faults of the service.
        traceback = None if isinstance(error, TimeLimitReached) else error
        _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=traceback)
    if error.code == CatalogError.code:
        return await _on_fault(request, error)
    return problem_response(error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.scope.get("original_path", request.url.path)
    if error.status_code == 405:
        # The pages for people are not in the OpenAPI document; all of them take GET.
        allow = ", ".join(methods_at(request.app, path, request.scope["path"])) or "GET"
        detail = f"{request.method} is not allowed at {path[:200]}; use {allow}"
        return simple_problem(405, "method-not-allowed", "Method not allowed", detail, {"Allow": allow})
    if error.status_code == 404:
        detail = f"there is no route {path[:200]}; /docs lists the routes"
        return simple_problem(404, "no-route", "Not found", detail)
    return simple_problem(error.status_code, "http", "The request is invalid", str(error.detail))


async def _on_disconnect(request: Request, error: Exception) -> Response:
    """Answer a client that is gone: this is not a fault of the service, so it is not logged."""
    return simple_problem(400, "disconnected", "The request is incomplete", "the client closed the connection")


async def _on_fault(request: Request, error: Exception) -> Response:
    """Answer without any detail of the error; the ASGI server, which gets it next, logs the traceback."""
    return simple_problem(
        500, "error", "Internal error", "the service failed to handle the request; its log has the details"
    )


def _headers(error: CatalogError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": 'Bearer realm="catalog"'}
    if isinstance(error, Forbidden):
        scope = error.details.get("scope", "")
        return {"WWW-Authenticate": f'Bearer realm="catalog", error="insufficient_scope", scope="{scope}"'}
    if isinstance(error, Overloaded | RateLimited | StoreLags):
        return {"Retry-After": str(error.details["retry_after"])}
    if isinstance(error, StoreUnavailable):
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def _response(problem: dict[str, Any], headers: dict[str, str]) -> Response:
    body = encode_json(problem)
    return Response(body, problem["status"], headers, media_type="application/problem+json")
