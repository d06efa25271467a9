"""The application's own description: its OpenAPI document, and from it the table of its routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from catalog_graph.server.models import Problem


def complete(app: FastAPI) -> None:
    """Put into the OpenAPI document what FastAPI cannot know: the problem documents."""
    document = app.openapi()
    components: dict[str, Any] = document["components"]["schemas"]
    components[Problem.__name__] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)


def routes(app: FastAPI) -> frozenset[tuple[str, str]]:
    """All (method, path) pairs, paths with their `{parameters}`."""
    paths = app.openapi()["paths"]
    return frozenset((method.upper(), path) for path, operations in paths.items() for method in operations)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """The methods that are taken at a path, sorted."""
    return sorted({method for method, template in routes(app) if compile_path(template)[0].match(path)})
