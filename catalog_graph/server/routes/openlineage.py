"""Routes that take events of OpenLineage, as its clients send them: see `docs/how-to/openlineage.md`."""

from __future__ import annotations

import zlib
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.concurrency import run_in_threadpool

from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.openlineage.report import EventReport
from catalog_graph.server.bodies import BatchRoute, ReadRequest
from catalog_graph.server.models import openlineage as models
from catalog_graph.server.paths import LINEAGE
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import WRITE, Backend, problems

GZIP = zlib.MAX_WBITS | 16
_PIECE = 4096
"""Bytes that are decompressed at a time; the rest of a piece is copied at each end of a member."""
_EXAMPLE = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-30T02:00:00Z",
    "run": {"runId": "0190c0de-0000-7000-8000-000000000001"},
    "job": {"namespace": "airflow", "name": "daily.load_orders"},
    "inputs": [{"namespace": "s3://raw", "name": "orders.csv"}],
    "outputs": [{"namespace": "postgres://warehouse:5432", "name": "shop.public.orders"}],
}
Event = Annotated[dict[str, Any], Body(examples=[_EXAMPLE], description="An event of OpenLineage.")]
Events = Annotated[list[Any], Body(examples=[[_EXAMPLE]], description="Up to 10,000 events, in any order.")]


class EventRoute(BatchRoute):
    """A route whose body may be compressed with gzip, as clients of OpenLineage send it if they are told to."""

    async def received(self, request: Request) -> Request:
        """Return the request with its body, decompressed."""
        received = await super().received(request)
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding == "identity" or not isinstance(received, ReadRequest):
            return received
        if encoding != "gzip":
            raise InvalidInput(f"content-encoding {encoding[:40]!r} is not known; send gzip, or no encoding")
        limit = getattr(request.app.state.settings, self.limit_setting)
        return ReadRequest(request, await run_in_threadpool(decompressed, received.read, limit))


router = APIRouter(prefix=LINEAGE, tags=["openlineage"], route_class=EventRoute)


def decompressed(body: bytes, limit: int) -> bytes:
    """Return what gzip has compressed, in one or several members that follow each other.

    Raises `InvalidInput`, and `LimitExceeded` past `limit` bytes.
    """
    text, at = bytearray(), 0
    while at < len(body):
        stream = zlib.decompressobj(GZIP)
        while not stream.eof:
            piece = memoryview(body)[at : at + _PIECE]
            if not piece:
                raise InvalidInput("the body ends within its compressed text; send it again")
            try:
                text += stream.decompress(piece, limit + 1 - len(text))
            except zlib.error as error:
                raise InvalidInput(f"the body is not compressed with gzip: {error}") from None
            if len(text) > limit:
                message = f"the body is larger than {limit:,} bytes, the limit of this route; send less at a time"
                raise LimitExceeded(message)
            at += len(piece) - len(stream.unused_data)
    return bytes(text)


@router.post("", response_model=models.EventReport, status_code=201, responses=problems(413, 415), dependencies=WRITE)
def take_event(backend: Backend, event: Event) -> JsonResponse:
    """Take an event: the datasets of its run become artifacts. The same event again changes nothing."""
    return JsonResponse(_changes(backend.take_event(event)), 201)


@router.post("/batch", response_model=models.EventBatchReport, responses=problems(413, 415), dependencies=WRITE)
def take_events(backend: Backend, events: Events) -> JsonResponse:
    """Take up to 10,000 events, in any order; those that cannot be read are named, and the others are taken."""
    report = backend.take_events(events)
    failed = len(report.refused)
    some = "failure" if failed == report.received else "partial_success"
    return JsonResponse(
        {
            "status": some if failed else "success",
            "summary": {
                "received": report.received,
                "successful": report.taken,
                "failed": failed,
                "retriable": 0,
                "non_retriable": failed,
            },
            "failed_events": [{**refusal, "retriable": False} for refusal in report.refused],
            **_changes(report),
        }
    )


def _changes(report: EventReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ("changed", "artifacts", "left_out", "left_out_times")}
