"""Artifact ids in paths: an id may hold `/`, raw or percent-encoded, so requests are routed by their raw path.

See `docs/decisions/raw-path-routing.md`.
"""

from __future__ import annotations

from contextlib import suppress
from email.message import Message
from typing import Annotated
from urllib.parse import quote, unquote, unquote_to_bytes

from fastapi import Path
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog_graph import checks
from catalog_graph.errors import InvalidInput

CATALOG = "/api/v1/catalog"
LINEAGE = "/api/v1/lineage"
"""The path to which clients of OpenLineage send events."""
ARTIFACTS = f"{CATALOG}/artifacts"
IMPORT = f"{CATALOG}/import"
NDJSON = "application/x-ndjson"
ENCODING_HEADER = "catalog-graph-ids"
"""Header of a client that percent-encodes every id; its value is then `encoded`, and each id has one reading."""

CONTRACT_ROUTES = frozenset(
    {
        *((method, ARTIFACTS) for method in ("GET", "POST")),
        *((method, f"{ARTIFACTS}/{{artifact_id}}") for method in ("GET", "DELETE")),
        ("PUT", f"{ARTIFACTS}/{{artifact_id}}/tags"),
        ("GET", f"{ARTIFACTS}/{{artifact_id}}/lineage"),
        ("GET", f"{ARTIFACTS}/search"),
        ("GET", f"{ARTIFACTS}/by-hash"),
    }
)
"""The routes of FlowyML's contract, whose newer clients may send more than this service knows."""

ArtifactId = Annotated[
    str,
    Path(
        description="The artifact's id, raw or percent-encoded; it may hold `/`.",
        examples=["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a"],
    ),
]


class RawPathMiddleware:
    """Middleware that makes the id in `…/artifacts/ID/WORD` one path segment, quoted once more than in the request.

    `routes` are the (method, path) pairs of the application. WORD names a sub-route only for the methods of that
    sub-route: `GET …/a/tags` reads the artifact `a/tags`.
    """

    def __init__(self, app: ASGIApp, routes: frozenset[tuple[str, str]]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the path, keep the raw one as `original_path` in the scope, and pass the request on."""
        if scope["type"] == "http":
            path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("utf-8", "replace")
            scope["original_path"] = path
            if path == f"{ARTIFACTS}/batch" and scope["method"] == "POST" and is_ndjson(scope):
                scope["path"] = IMPORT
            elif path.startswith(f"{ARTIFACTS}/"):
                scope["path"] = f"{ARTIFACTS}/{self._route(scope['method'], path[len(ARTIFACTS) + 1 :])}"
        await self.app(scope, receive, send)

    def _route(self, method: str, rest: str) -> str:
        """Return what follows `…/artifacts/`, with the id as one segment."""
        if rest in checks.RESERVED_IDS or (method, f"{ARTIFACTS}/{rest}") in self.routes:
            return rest
        artifact_id, slash, word = rest.rpartition("/")
        if slash and (method, f"{ARTIFACTS}/{{artifact_id}}/{word}") in self.routes:
            return f"{quote(artifact_id, safe='')}/{word}"
        return quote(rest, safe="")


def is_ndjson(scope: Scope) -> bool:
    """Return True if the body of a request is NDJSON."""
    message = Message()
    message["content-type"] = Headers(scope=scope).get("content-type", "")
    return message.get_content_type() == NDJSON


def candidate_ids(segment: str, *, is_encoded: bool) -> list[str]:
    """Return the ids that a path segment of `RawPathMiddleware` may stand for, the one to try first at the head.

    With `is_encoded` the percent-decoded id is the only one. Raises `InvalidInput` if no reading can be an id.
    """
    raw = unquote(segment)
    readings = [] if is_encoded else [raw]
    if is_encoded or "%" in raw:
        with suppress(UnicodeDecodeError):
            readings.append(unquote_to_bytes(raw).decode())
    if not readings:
        raise InvalidInput(f"artifact_id {raw[:80]!r} in the path does not decode to UTF-8", field="artifact_id")
    candidates = [reading for reading in readings if _is_id(reading)]
    return candidates or [checks.checked_id(readings[-1])]


def _is_id(text: str) -> bool:
    try:
        checks.checked_id(text)
    except InvalidInput:
        return False
    return True
