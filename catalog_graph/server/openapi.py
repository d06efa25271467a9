"""The OpenAPI document of the service, and the table of its routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from catalog_graph.server.models.artifacts import ArtifactIn
from catalog_graph.server.models.batches import BatchIn
from catalog_graph.server.models.problems import Problem


def complete(app: FastAPI, *, needs_key: bool) -> None:
    """Complete the OpenAPI document by what FastAPI cannot derive.

    That is: the problem documents, the types of defaults, the parameters that are mandatory although they are read as
    optional, and that no API key is needed, unless `needs_key`.
    """
    document = app.openapi()
    components: dict[str, Any] = document["components"]["schemas"]
    for model in (Problem, ArtifactIn):
        components[model.__name__] = model.model_json_schema()
    # The artifacts of a batch are validated one by one, so that the response can list all errors.
    components[BatchIn.__name__]["properties"]["artifacts"]["items"] = {"$ref": "#/components/schemas/ArtifactIn"}
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            if not needs_key and "security" in operation:
                operation["security"].append({})
            for parameter in operation.get("parameters", []):
                if parameter["schema"].pop("x-mandatory", False):
                    parameter["required"] = True
                    parameter["schema"].pop("default", None)
                _type_default(parameter["schema"])


def _type_default(schema: dict[str, Any]) -> None:
    """Document a default in the type of its parameter: the routes read all parameters as text."""
    default = schema.get("default")
    if default == "":
        del schema["default"]
    elif default is not None and default.isdigit():
        schema["default"] = int(default)


def routes(app: FastAPI) -> frozenset[tuple[str, str]]:
    """Return all (method, path) pairs, with the `{parameters}` of the paths."""
    paths = app.openapi()["paths"]
    return frozenset((method.upper(), path) for path, operations in paths.items() for method in operations)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Return the methods of a path, sorted."""
    return sorted({method for method, template in routes(app) if compile_path(template)[0].match(path)})
