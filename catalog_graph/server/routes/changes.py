"""Routes for the change record: all of it, and the history of one artifact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.changes import MAX_NUMBER, checked_after
from catalog_graph.changes.change import KINDS, ChangePage
from catalog_graph.checks import MAX_PAGE, checked_limit
from catalog_graph.page import pages
from catalog_graph.server.models import changes as models
from catalog_graph.server.paths import ARTIFACTS, CATALOG, NDJSON, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.route_classes import ArtifactRoute, StreamRoute
from catalog_graph.server.routes.common import ADMIN, READ, Backend, Cursor, Exact, PageLimit, optional_list, problems
from catalog_graph.server.routes.streams import NdjsonStream
from catalog_graph.transfer.ndjson import json_line

router = APIRouter(prefix=CATALOG, tags=["changes"], route_class=StreamRoute)
artifact_router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["changes"], route_class=ArtifactRoute)

Kinds = Annotated[
    list[str] | None,
    Query(
        alias="kind", description="Only changes of this kind; repeatable.", json_schema_extra={"items": {"enum": KINDS}}
    ),
]
By = Annotated[str, Query(description="Only changes by the API key of this name.")]
Since = Annotated[str, Query(description="Only changes since this instant (ISO 8601).")]
Until = Annotated[str, Query(description="Only changes before this instant (ISO 8601).")]
After = Annotated[
    str,
    Query(
        description="Only changes of transactions with a higher number, in order. Without it, the newest come first.",
        json_schema_extra={"type": "integer", "minimum": 0, "maximum": MAX_NUMBER},
    ),
]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"model": models.ChangePage, "content": {NDJSON: {"schema": {"type": "string"}}}}
}


@router.get("/audit", responses={**_STREAM, **problems(410)}, dependencies=ADMIN)
def audit(
    request: Request,
    backend: Backend,
    kind: Kinds = None,
    by: By = "",
    since: Since = "",
    until: Until = "",
    after: After = "",
    limit: PageLimit = "",
    cursor: Cursor = "",
) -> Response:
    """List recorded changes: what, when, by which key and request.

    With `Accept: application/x-ndjson`, all of them are streamed, up to `limit` if it is sent: first a line with
    `record`, then one line for each change, at last `{"done": true}`.
    """
    filters = _Filters(None, kind, by, since, until, after, exact=False)
    if NDJSON in request.headers.get("accept", ""):
        return NdjsonStream(_lines(filters, backend, checked_limit(limit) if limit else None, cursor or None))
    return JsonResponse(filters.page(backend, checked_limit(limit or "100"), cursor or None).to_dict())


@artifact_router.get("/history", response_model=models.ChangePage, responses=problems(404, 410), dependencies=READ)
def history(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    kind: Kinds = None,
    by: By = "",
    since: Since = "",
    until: Until = "",
    after: After = "",
    limit: PageLimit = "100",
    cursor: Cursor = "",
) -> JsonResponse:
    """List the recorded changes of an artifact, also of a deleted one: what, when, by which key and request."""
    filters = _Filters(artifact_id, kind, by, since, until, after, exact)
    return JsonResponse(filters.page(backend, checked_limit(limit or "100"), cursor or None).to_dict())


class _Filters:
    """The parameters of both routes, as the backend takes them."""

    def __init__(
        self,
        artifact_id: str | None,
        kinds: list[str] | None,
        by: str,
        since: str,
        until: str,
        after: str,
        exact: bool,
    ) -> None:
        self._values: dict[str, Any] = {
            "artifact_id": artifact_id,
            "kinds": optional_list(kinds),
            "by": by or None,
            "since": since or None,
            "until": until or None,
            "after": checked_after(after) if after else None,
            "exact": exact,
        }

    def page(self, backend: CatalogBackend, limit: int, cursor: str | None) -> ChangePage:
        """Return one page."""
        return backend.audit_page(**self._values, limit=limit, cursor=cursor)


def _lines(filters: _Filters, backend: CatalogBackend, limit: int | None, cursor: str | None) -> Iterator[bytes]:
    """Return the lines of a stream; its first page is read at once, so that an error is a problem document."""
    following = pages(lambda size, at: filters.page(backend, size, at or cursor), limit, MAX_PAGE // 10)
    first = next(following)

    def lines() -> Iterator[bytes]:
        yield json_line({"record": asdict(first.record)})
        page = first
        while True:
            yield b"".join(json_line(item.to_dict()) for item in page.items)
            following_page = next(following, None)
            if following_page is None:
                break
            page = following_page
        yield json_line({"done": True, "cursor": page.cursor})

    return lines()
