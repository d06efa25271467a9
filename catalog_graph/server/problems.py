"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from catalog_graph.errors import CatalogError, Forbidden, StoreUnavailable, TimeLimitReached, Unauthorized
from catalog_graph.server.openapi import methods_at
from catalog_graph.server.responses import encoded

_log = logging.getLogger("catalog_graph.server")

RETRY_SECONDS = 5
"""When to try again after a store did not answer: about what a Neo4j takes to come back."""


def problem_answer(error: CatalogError) -> Response:
    """The answer that tells of `error`."""
    return _answer(error.problem(), _headers(error))


def simple_problem(status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The answer for what is no error of the catalog, but of the request as such."""
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    return _answer(problem, headers or {})


def handle_problems(app: FastAPI) -> None:
    """Make `app` answer every error with a problem document."""
    app.add_exception_handler(CatalogError, _on_catalog_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_fault)


async def _on_catalog_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CatalogError)
    if error.status >= 500:
        # Where the store does not answer, each request says so in a line; a traceback is for what should not happen.
        traceback = None if isinstance(error, StoreUnavailable | TimeLimitReached) else error
        _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=traceback)
    if error.code == CatalogError.code:
        return await _on_fault(request, error)
    return problem_answer(error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.scope.get("sent_path", request.url.path)
    if error.status_code == 405:
        allow = ", ".join(methods_at(request.app, request.scope["path"])) or "GET"  # pages are in no table
        detail = f"{request.method} is not taken here; {allow} would be"
        return simple_problem(405, "method-not-allowed", "Method not allowed", detail, {"Allow": allow})
    if error.status_code == 404:
        detail = f"there is nothing at {path[:200]}; /docs lists what there is"
        return simple_problem(404, "no-route", "Not found", detail)
    return simple_problem(error.status_code, "http", "The request cannot be taken", str(error.detail))


async def _on_disconnect(request: Request, error: Exception) -> Response:
    """Nobody is left to read this, and it is no fault of the service."""
    return simple_problem(400, "disconnected", "The request was cut short", "the client went away")


async def _on_fault(request: Request, error: Exception) -> Response:
    """The log has the traceback, from the server that the error goes on to; the answer has nothing of it."""
    return simple_problem(
        500, "error", "The service met a fault", "this should not happen; the service's log says more"
    )


def _headers(error: CatalogError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": 'Bearer realm="catalog"'}
    if isinstance(error, Forbidden):
        scope = error.details.get("scope", "")
        return {"WWW-Authenticate": f'Bearer realm="catalog", error="insufficient_scope", scope="{scope}"'}
    if isinstance(error, StoreUnavailable):
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def _answer(problem: dict[str, Any], headers: dict[str, str]) -> Response:
    body = encoded(problem)
    return Response(body, problem["status"], headers, media_type="application/problem+json")
