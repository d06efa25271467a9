"""Routes that import and export whole catalogs as NDJSON, in constant memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from catalog_graph.artifact import CatalogEntry, checked_on_duplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.copies.records import FORMAT
from catalog_graph.errors import CatalogError, InvalidInput
from catalog_graph.page import Page, pages
from catalog_graph.query.selection import Selection
from catalog_graph.server.bodies import wrong_media_type
from catalog_graph.server.entries import entry_of_line
from catalog_graph.server.paths import CATALOG, NDJSON, is_ndjson
from catalog_graph.server.responses import encode_json
from catalog_graph.server.route_classes import StreamRoute
from catalog_graph.server.routes.artifacts import OnDuplicateParameter
from catalog_graph.server.routes.common import READ, WRITE, Backend, Flag, RequestCaller, flag, problems
from catalog_graph.server.routes.lists import Equal, Tags, Text, selection
from catalog_graph.server.unknown import MAX_NAMES, unknown_fields
from catalog_graph.transfer.ndjson import MAX_LINE, TOO_LONG, Lines, lines_of, with_checksum

router = APIRouter(prefix=CATALOG, tags=["streams"], route_class=StreamRoute)

PAGE = 1000
"""Artifacts that an export reads at a time."""
REPORT_MEMORY = 1024 * 1024
"""Bytes of an import's report that are held in memory; a longer report goes to a temporary file."""
_READ_SIZE = 64 * 1024
_LINES = 200
"""Lines of a copy that are encoded at a time."""
_FORMATS = "`1`: registered artifacts that match. `2`: the whole catalog, with its history, one record each line."
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {NDJSON: {"schema": {"description": "One line of JSON for each artifact or record."}}},
    }
}
_STREAM: dict[int | str, dict[str, Any]] = {200: {"description": "Lines of JSON."}}


class NdjsonStream(StreamingResponse):
    """A stream of JSON lines."""

    media_type = NDJSON


@router.post(
    "/import",
    responses={**_STREAM, **problems(415)},
    openapi_extra=_BODY,
    dependencies=WRITE,
    response_class=NdjsonStream,
)
async def load(
    request: Request,
    backend: Backend,
    caller: RequestCaller,
    on_duplicate: OnDuplicateParameter = "",
    history: Annotated[str, Flag, Query(description="`false`: take records of a copy as of now.")] = "",
) -> Response:
    """Register a stream of artifacts, one NDJSON line each, or take the records of a copy; a thousand a transaction.

    Recorded history, such as instants of the store's clock and moves of aliases, needs the scope `admin`. Without it,
    records are taken as of now, and `warnings` says so. The response begins after the whole request is read: a client
    that does not read while it sends would block.
    """
    if not is_ndjson(request.scope):
        return wrong_media_type("NDJSON", NDJSON)
    mode = checked_on_duplicate(on_duplicate or "warn")
    report = _Report()
    # An empty text is the default, as with every parameter.
    with_history = flag(history or "true", "history")
    allowed = "admin" in request.state.api_key.scopes

    def entry_of(fields: Mapping[str, Any]) -> CatalogEntry:
        for sentence in unknown_fields(fields):
            named = len(lines.result.warnings) < MAX_NAMES
            lines.result.warn(sentence if named else "and more fields that are not known")
        return entry_of_line(fields)

    lines = Lines(
        backend,
        entry_of,
        bad_row=report.bad_line,
        on_duplicate=mode,
        history=with_history and allowed,
        by=caller.signature(""),
    )
    try:
        await _register(request, lines, report)
    except BaseException:
        report.close()
        raise
    return NdjsonStream(report.content())


async def _register(request: Request, lines: Lines, report: _Report) -> None:
    try:
        async for line in _body_lines(request):
            lines.skip(TOO_LONG) if line is None else lines.add(line)
            if lines.full:
                await run_in_threadpool(lines.flush)
                report.add(_progress(lines))
        await run_in_threadpool(lines.finish)
    except CatalogError as error:
        error.details |= _progress(lines)
        raise
    report.add({**_progress(lines), **lines.result.counts(), "format": FORMAT, "done": True})


@router.get("/export", responses={**_STREAM, **problems()}, dependencies=READ, response_class=NdjsonStream)
def dump(
    backend: Backend,
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    q: Text = "",
    form: Annotated[str, Query(alias="format", description=_FORMATS, json_schema_extra={"enum": ["1", "2"]})] = "",
) -> NdjsonStream:
    """Export every artifact that matches, one NDJSON line each, newest first.

    With `format=2`, export the whole catalog, with its history, as it is at one instant.
    """
    filters = selection(q, artifact_type, source_pipeline, source_step, tags, "newest")
    if form not in ("", "1", "2"):
        raise InvalidInput(f"format {form[:40]!r} is not known; use 1 or 2", field="format")
    if form == "2":
        if filters != Selection(order="newest"):
            raise InvalidInput("format 2 is a copy of the whole catalog; leave out the filters", field="format")
        return _whole(backend)

    def read(size: int, cursor: str | None) -> Page:
        return backend.find(filters, limit=size, cursor=cursor)

    # The first page is read before the response begins, so that an invalid query is a problem document. An error on a
    # later page aborts the stream, which an HTTP client can tell from its regular end.
    following = pages(read, None, PAGE)
    first = next(following)
    return NdjsonStream(lines_of(page.items) for page in chain([first], following))


def _whole(backend: CatalogBackend) -> NdjsonStream:
    lines = with_checksum(backend.export_records())
    # The export begins before the response, so that an error is a problem document.
    start = chain([next(lines)], lines)
    batches = iter(lambda: list(islice(start, _LINES)), [])
    return NdjsonStream(map(b"".join, batches))


async def _body_lines(request: Request) -> AsyncIterator[bytes | None]:
    """Yield the lines of the body, and None for a line over `MAX_LINE` bytes, whose text is dropped."""
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


def _progress(lines: Lines) -> dict[str, Any]:
    return {"lines": lines.number, "registered": lines.result.registered, "left_out": lines.result.left_out}


class _Report:
    """The lines of an import's response, in order."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(REPORT_MEMORY)  # noqa: SIM115 (`content` closes it)

    def add(self, line: dict[str, Any]) -> None:
        self._file.write(encode_json(line) + b"\n")

    def bad_line(self, which: str, reason: str) -> None:
        number = which.removeprefix("line ")
        self.add({"line": int(number) if number.isdigit() else None, "reason": reason})

    def close(self) -> None:
        self._file.close()

    def content(self) -> Iterator[bytes]:
        with self._file as file:
            file.seek(0)
            yield from iter(lambda: file.read(_READ_SIZE), b"")
