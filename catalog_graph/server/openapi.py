"""The application's own description: its OpenAPI document, and from it the table of its routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from catalog_graph.server.models.artifacts import ArtifactIn, BatchIn, Problem


def complete(app: FastAPI) -> None:
    """Put into the OpenAPI document what FastAPI cannot know: the problem documents, and what parameters mean."""
    document = app.openapi()
    components: dict[str, Any] = document["components"]["schemas"]
    for model in (Problem, ArtifactIn):
        components[model.__name__] = model.model_json_schema()
    # Its artifacts are checked one by one, so that all their errors can be told.
    components[BatchIn.__name__]["properties"]["artifacts"]["items"] = {"$ref": "#/components/schemas/ArtifactIn"}
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                _type_default(parameter["schema"])


def _type_default(schema: dict[str, Any]) -> None:
    """Parameters are read as text, so that refusing them is up to us; their defaults are shown as what they mean."""
    default = schema.get("default")
    if default == "":
        del schema["default"]
    elif default is not None and default.isdigit():
        schema["default"] = int(default)


def routes(app: FastAPI) -> frozenset[tuple[str, str]]:
    """All (method, path) pairs, paths with their `{parameters}`."""
    paths = app.openapi()["paths"]
    return frozenset((method.upper(), path) for path, operations in paths.items() for method in operations)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """The methods that are taken at a path, sorted."""
    return sorted({method for method, template in routes(app) if compile_path(template)[0].match(path)})
