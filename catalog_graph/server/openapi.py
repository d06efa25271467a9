"""The OpenAPI document of the service, and the table of its routes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from catalog_graph.server.models.artifacts import ArtifactIn
from catalog_graph.server.models.batches import BatchIn
from catalog_graph.server.models.problems import Problem


def complete_when_read(app: FastAPI, *, needs_key: bool) -> None:
    """Let `app.openapi()` complete the document by what FastAPI cannot derive, when it is first asked for.

    That is: the problem documents, the types of defaults, the parameters that are mandatory although they are read as
    optional, that others may be empty, and that no API key is needed, unless `needs_key`. The service starts without
    it: making it takes 0.3 s.
    """
    derive = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        return _complete(derive(), needs_key=needs_key)

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(document: dict[str, Any], *, needs_key: bool) -> dict[str, Any]:
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
                _complete_parameter(parameter)
    return document


def _complete_parameter(parameter: dict[str, Any]) -> None:
    """Document whether a parameter is mandatory; an empty value of an optional one means that it is not set."""
    schema = parameter["schema"]
    _leave_out_null(schema)
    if schema.pop("x-mandatory", False):
        parameter["required"] = True
        schema.pop("default", None)
        if schema["type"] == "array":
            schema["minItems"] = 1
        schema.get("items", schema).setdefault("minLength", 1)
    elif parameter["in"] == "query":
        parameter["allowEmptyValue"] = True
    _type_default(schema)


def _leave_out_null(schema: dict[str, Any]) -> None:
    """Document a parameter that may be left out by its type alone: no text in an address is null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        schema |= {**choices[0], **schema}


def _type_default(schema: dict[str, Any]) -> None:
    """Document a default in the type of its parameter: the routes read all parameters as text."""
    default = schema.get("default")
    if default == "":
        del schema["default"]
    elif default is not None and default.isdigit():
        schema["default"] = int(default)


def operation_id(route: APIRoute) -> str:
    """Return the id of an operation in the document: the name of the function."""
    return route.name


def routes(routers: Iterable[APIRouter]) -> frozenset[tuple[str, str]]:
    """Return the (method, path) pairs that the document lists, with the `{parameters}` of the paths."""
    return frozenset(
        (method, route.path)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    )


def methods_at(app: FastAPI, *paths: str) -> list[str]:
    """Return the methods of the first path that has any, sorted: those of the template with the fewest parameters."""
    for path in paths:
        templates = {template for _, template in app.state.routes if compile_path(template)[0].match(path)}
        if templates:
            closest = min(templates, key=lambda template: template.count("{"))
            return sorted(method for method, template in app.state.routes if template == closest)
    return []
