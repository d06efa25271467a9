"""Ids in paths: an id may hold `/`, sent as it is or percent-encoded, so routing works on the path as it was sent.

See `docs/decisions/raw-path-routing.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from typing import Annotated, TypeVar
from urllib.parse import quote, unquote, unquote_to_bytes

from fastapi import Depends, Path, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog_graph import checks
from catalog_graph.errors import InvalidInput, NotFound

T = TypeVar("T")

CATALOG = "/api/v1/catalog"
ARTIFACTS = f"{CATALOG}/artifacts"
IMPORT = f"{CATALOG}/import"
NDJSON = "application/x-ndjson"
ENCODING_HEADER = "catalog-graph-ids"
"""A client that says `encoded` here percent-encodes every id, so that none can be read as another."""


class RawPathMiddleware:
    """Turns `…/artifacts/ID/WORD` into a path in which the id is one segment, quoted once more than it was sent.

    `routes` are the (method, path) pairs of the application; WORD names a sub-route only for the methods it takes,
    so that `GET …/a/tags` is the artifact `a/tags`.
    """

    def __init__(self, app: ASGIApp, routes: frozenset[tuple[str, str]]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route by the path as it was sent."""
        if scope["type"] == "http":
            sent = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("utf-8", "replace")
            scope["sent_path"] = sent
            if sent == f"{ARTIFACTS}/batch" and scope["method"] == "POST" and is_ndjson(scope):
                scope["path"] = IMPORT
            elif sent.startswith(f"{ARTIFACTS}/"):
                scope["path"] = f"{ARTIFACTS}/{self._routed(scope['method'], sent[len(ARTIFACTS) + 1 :])}"
        await self.app(scope, receive, send)

    def _routed(self, method: str, rest: str) -> str:
        if rest in checks.RESERVED_IDS or (method, f"{ARTIFACTS}/{rest}") in self.routes:
            return rest
        artifact_id, slash, word = rest.rpartition("/")
        if slash and (method, f"{ARTIFACTS}/{{artifact_id}}/{word}") in self.routes:
            return f"{quote(artifact_id, safe='')}/{word}"
        return quote(rest, safe="")


def is_ndjson(scope: Scope) -> bool:
    """Whether a batch comes as a stream, which is another route's."""
    message = Message()
    message["content-type"] = Headers(scope=scope).get("content-type", "")
    return message.get_content_type() == NDJSON


class SentId:
    """The id of a path: what it may mean, in the order in which it is tried; `encoded` leaves one meaning."""

    def __init__(self, quoted: str, *, encoded: bool = False) -> None:
        sent = unquote(quoted)
        meanings = [] if encoded else [sent]
        if encoded or "%" in sent:
            with suppress(UnicodeDecodeError):
                meanings.append(unquote_to_bytes(sent).decode())
        self.candidates = [meaning for meaning in meanings if _is_id(meaning)]
        if not self.candidates:
            checks.checked_id((meanings or [sent])[-1])
            raise InvalidInput("the id in the path is no UTF-8", field="artifact_id")

    def find(self, act: Callable[[str], T]) -> T:
        """What `act` answers for the first meaning that it knows; its `NotFound` where it knows none."""
        for candidate in self.candidates[:-1]:
            try:
                return act(candidate)
            except NotFound:
                continue
        return act(self.candidates[-1])


def _is_id(text: str) -> bool:
    try:
        checks.checked_id(text)
    except InvalidInput:
        return False
    return True


async def sent_id(
    request: Request,
    artifact_id: Annotated[
        str,
        Path(
            description="The artifact's id, as it is or percent-encoded; it may hold `/`.",
            examples=["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a"],
        ),
    ],
) -> SentId:
    """The dependency of routes that take an id."""
    return SentId(artifact_id, encoded=request.headers.get(ENCODING_HEADER) == "encoded")


Id = Annotated[SentId, Depends(sent_id)]
