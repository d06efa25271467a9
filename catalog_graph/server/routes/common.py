"""Dependencies, parameters and documented problems that the routes share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from pydantic import WithJsonSchema

from catalog_graph.aliases import MAX_BY
from catalog_graph.backends import notes
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.origin import set_origin
from catalog_graph.checks import MAX_PAGE, checked_text
from catalog_graph.errors import InvalidInput
from catalog_graph.idempotency import checked_key
from catalog_graph.server.access import needs
from catalog_graph.server.http_connection import MAX_URL
from catalog_graph.server.keys import ApiKey
from catalog_graph.server.models.problems import Problem

READ = [needs("read")]
WRITE = [needs("write")]
ADMIN = [needs("admin")]

_PROBLEMS = {
    401: "No API key, or an unknown one.",
    403: "The API key lacks the scope.",
    404: "No such artifact.",
    409: "The request contradicts the catalog.",
    410: "Changes after this number are no longer recorded.",
    413: "A value is larger than its limit.",
    414: f"The address is longer than {MAX_URL:,} bytes.",
    415: "The body has another media type.",
    422: "A value is invalid.",
    501: "The service lacks a library that the request needs; the detail says what to install.",
    503: "The store does not answer.",
    504: "The store reached its time limit.",
}


async def _backend(request: Request) -> CatalogBackend:
    notes.collect()
    key: ApiKey | None = request.state.api_key
    set_origin(key.name if key else "", request.state.request_id)
    backend: CatalogBackend = request.app.state.backend
    return backend


Backend = Annotated[CatalogBackend, Depends(_backend)]

# ---- parameters: read as text, so that an invalid value is a problem document of this API

Positive = WithJsonSchema({"type": "integer", "minimum": 1})
"""The documented type of a parameter that `checked_limit` reads."""
Flag = WithJsonSchema({"enum": ["true", "false"]})
"""The documented type of a parameter that `flag` reads."""
PageLimit = Annotated[
    str, Positive, Query(description=f"Maximum items on the page; more than {MAX_PAGE:,} is served as {MAX_PAGE:,}.")
]
Cursor = Annotated[
    str, Query(description="The `cursor` of the page before; send the other parameters unchanged with it.")
]
MANDATORY: dict[str, Any] = {"x-mandatory": True}
"""Mark of a parameter that the OpenAPI document requires; routes read it as optional, and refuse with `required`."""
By = Annotated[str, Query(description="Who makes the change, for the history of aliases.")]
IdempotencyKey = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"}),
    Header(
        alias="Idempotency-Key",
        description="Any text of 1 to 255 ASCII characters, new for each request. A request that is repeated with its "
        "key within 24 hours is carried out once and gets the same response.",
        examples=["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a"],
    ),
]


def read_idempotency_key(idempotency_key: str | None) -> str:
    """Return the idempotency key of a request, empty if it has none; raise `InvalidInput` for an empty header."""
    return "" if idempotency_key is None else checked_key(idempotency_key)


def required(value: str, field: str) -> str:
    """Return the value of a query parameter; raise `InvalidInput` if it is missing or empty."""
    if not value:
        raise _missing(field)
    return value


def required_list(values: list[str], field: str) -> list[str]:
    """Return the values of a repeatable query parameter; raise `InvalidInput` if there are none."""
    if not values:
        raise _missing(field)
    return values


def optional_list(values: list[str] | None) -> list[str]:
    """Return the values of a repeatable query parameter that may be left out; an empty value is none."""
    return [value for value in values or () if value]


def _missing(field: str) -> InvalidInput:
    return InvalidInput(f"missing query parameter {field!r}", field=field)


async def _exact(
    exact: Annotated[
        str, Flag, Query(description="`true`: read each reference of the request as an id and nothing else.")
    ] = "",
) -> bool:
    return flag(exact, "exact")


Exact = Annotated[bool, Depends(_exact)]
"""True if references are ids and nothing else, as they are in answers."""


def flag(text: str, field: str) -> bool:
    """Return True if a parameter is `true`; raise `InvalidInput` if it is neither `true`, `false` nor empty."""
    if text not in ("", "true", "false"):
        raise InvalidInput(f"{field} {text[:40]!r} must be true or false", field=field)
    return text == "true"


# ---- who makes a change


class Caller:
    """The caller of a route that writes: the API key's name follows the name that the request itself states."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key.name

    def signature(self, by: str) -> str:
        """Return the name that the history of aliases keeps."""
        name = checked_text(by, "by", MAX_BY)
        if not self._key:
            return name
        # The key comes last, so that no name in a request can pass for it.
        signature = f"{name} (key {self._key})" if name else f"key {self._key}"
        return signature if len(signature) <= MAX_BY else f"key {self._key}"[:MAX_BY]


async def _caller(request: Request) -> Caller:
    return Caller(request.state.api_key)


RequestCaller = Annotated[Caller, Depends(_caller)]

# ---- documented problems


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of these statuses and of those that any route of the catalog can answer with."""
    return problem_responses(*statuses, 401, 403, 414, 422, 503, 504)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of these statuses, each a problem document."""
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in sorted({*statuses})}
