"""What the routes share: the backend, and the documentation of problems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from pydantic import WithJsonSchema

from catalog_graph.aliases import MAX_BY
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import checked_text
from catalog_graph.errors import InvalidInput
from catalog_graph.idempotency import checked_key
from catalog_graph.server.access import needs
from catalog_graph.server.models.artifacts import Problem

READ = [needs("read")]
WRITE = [needs("write")]

_PROBLEMS = {
    401: "No API key, or one that is not known.",
    403: "The API key lacks the scope.",
    404: "No such artifact.",
    409: "It contradicts what the catalog holds.",
    413: "Larger than the limit.",
    415: "Not sent as the type that the body has to be of.",
    422: "A value that cannot be taken.",
    503: "The store does not answer.",
    504: "The store gave up on the question.",
}


async def _backend(request: Request) -> CatalogBackend:
    backend: CatalogBackend = request.app.state.backend
    return backend


Backend = Annotated[CatalogBackend, Depends(_backend)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of 1 to 255 ASCII characters, new for each request: the same request sent again under it "
        "within 24 hours is carried out once and gets the same answer.",
        examples=["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a"],
    ),
]

Flag = WithJsonSchema({"enum": ["true", "false"]})
"""The documentation of a parameter that `flag` reads."""

Cursor = Annotated[str, Query(description="The `cursor` of the page before, beside the same other parameters.")]


class Mover:
    """Who asks: the name of the API key, behind what the request says of itself."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def named(self, by: str) -> str:
        """Who is written down."""
        given = checked_text(by, "by", MAX_BY)
        if self._key is None:
            return given
        # The key comes last, so that nothing a request says can pass for it.
        whole = f"{given} (key {self._key})" if given else f"key {self._key}"
        return whole if len(whole) <= MAX_BY else f"key {self._key}"[:MAX_BY]


async def _mover(request: Request) -> Mover:
    return Mover(request.state.key_name)


Asking = Annotated[Mover, Depends(_mover)]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of these statuses, and of those that any route of the catalog can answer."""
    return problem_responses(*statuses, 401, 403, 422, 503, 504)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of these statuses, each a problem document."""
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in sorted({*statuses})}


def sent_key(idempotency_key: str | None) -> str:
    """The idempotency key of a request, empty where it has none; an empty header is refused."""
    return "" if idempotency_key is None else checked_key(idempotency_key)


def required(values: list[str], field: str) -> list[str]:
    """The values of a parameter that must come at least once."""
    if not values:
        raise InvalidInput(f"{field} is required, once for each that is meant", field=field)
    return values


def flag(text: str, field: str) -> bool:
    """Whether a parameter is `true`."""
    if text not in ("", "true", "false"):
        raise InvalidInput(f"{field} {text[:40]!r} is neither true nor false", field=field)
    return text == "true"
