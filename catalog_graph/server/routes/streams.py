"""Whole catalogs as NDJSON, in and out, with flat memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from catalog_graph.artifact import checked_on_duplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogError
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection
from catalog_graph.server.bodies import wrong_media_type
from catalog_graph.server.instants import utc_fields
from catalog_graph.server.paths import CATALOG, NDJSON, is_ndjson
from catalog_graph.server.responses import encoded
from catalog_graph.server.routes.artifacts import OnDuplicateParameter
from catalog_graph.server.routes.common import READ, WRITE, Backend, problems
from catalog_graph.server.routes.lists import Equal, Tags, Text, selection
from catalog_graph.transfer.ndjson import MAX_LINE, TOO_LONG, Lines, lines_of

router = APIRouter(prefix=CATALOG, tags=["streams"])

PAGE = 1000
KEPT_BYTES = 1024 * 1024
"""What there is to tell of a stream is kept in memory up to this size, then in a temporary file."""
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {NDJSON: {"schema": {"type": "string", "description": "A line for each artifact."}}},
    }
}
_STREAM: dict[int | str, dict[str, Any]] = {200: {"description": "Lines of JSON."}}


class NdjsonStream(StreamingResponse):
    """Lines of JSON."""

    media_type = NDJSON


@router.post(
    "/import",
    responses={**_STREAM, **problems(415)},
    openapi_extra=_BODY,
    dependencies=WRITE,
    response_class=NdjsonStream,
)
async def load(request: Request, backend: Backend, on_duplicate: OnDuplicateParameter = "") -> Response:
    """Register a stream of artifacts, an NDJSON line each, in transactions of a thousand.

    The answer begins when all has been read, so that no client is kept from sending by an answer that it does not read.
    """
    if not is_ndjson(request.scope):
        return wrong_media_type("NDJSON", NDJSON)
    choice = checked_on_duplicate(on_duplicate or "warn")
    told = _Told()
    try:
        await _registered(request, Lines(backend, utc_fields, bad_row=told.bad_line, on_duplicate=choice), told)
    except BaseException:
        told.close()
        raise
    return NdjsonStream(told.all())


async def _registered(request: Request, lines: Lines, told: _Told) -> None:
    try:
        async for line in _lines(request):
            lines.skip(TOO_LONG) if line is None else lines.add(line)
            if lines.full:
                await run_in_threadpool(lines.flush)
                told.line(_state(lines))
        await run_in_threadpool(lines.flush)
    except CatalogError as error:
        error.details |= _state(lines)
        raise
    told.line({**_state(lines), "done": True})


@router.get("/export", responses={**_STREAM, **problems()}, dependencies=READ, response_class=NdjsonStream)
def dump(
    backend: Backend,
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    q: Text = "",
) -> NdjsonStream:
    """Every artifact that matches, an NDJSON line each, newest first (where `q` is sent, best first)."""
    chosen = selection(q, artifact_type, source_pipeline, source_step, tags)
    first = backend.find(chosen, limit=PAGE)
    return NdjsonStream(_exported(backend, chosen, first))


def _exported(backend: CatalogBackend, chosen: Selection, page: Page) -> Iterator[bytes]:
    """An error on a later page breaks the stream off, which HTTP tells from its end."""
    while True:
        yield lines_of(page.items)
        if page.cursor is None:
            return
        page = backend.find(chosen, limit=PAGE, cursor=page.cursor)


async def _lines(request: Request) -> AsyncIterator[bytes | None]:
    """The lines of the body; `None` for one that is too long, of which no more is kept than the limit."""
    rest, skipping = b"", False
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield None if skipping or len(line) > MAX_LINE else line
            skipping = False
        if len(rest) > MAX_LINE:
            rest, skipping = b"", True
    if skipping:
        yield None
    elif rest:
        yield rest


def _state(lines: Lines) -> dict[str, Any]:
    return {"lines": lines.number, "registered": lines.done.registered, "left_out": lines.done.left_out}


class _Told:
    """What there is to tell, in the order in which it came up."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(KEPT_BYTES)  # noqa: SIM115 (it is closed when it has been sent)

    def line(self, content: dict[str, Any]) -> None:
        self._file.write(encoded(content) + b"\n")

    def close(self) -> None:
        self._file.close()

    def bad_line(self, which: str, reason: str) -> None:
        self.line({"line": int(which.removeprefix("line ")), "reason": reason})

    def all(self) -> Iterator[bytes]:
        with self._file as file:
            file.seek(0)
            yield from iter(lambda: file.read(64 * 1024), b"")
