"""The route that sends changes as they happen, as server-sent events.

The format is https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import WithJsonSchema

from catalog_graph.backends.composed.feed import POLL_SECONDS, EventPage
from catalog_graph.backends.event_questions import EventQuestion, checked_question
from catalog_graph.changes.event import PLACE, Event, Place
from catalog_graph.errors import CatalogError
from catalog_graph.server.connections import STOP
from catalog_graph.server.feed import Feed
from catalog_graph.server.keyring import Keyring
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import encode_json
from catalog_graph.server.route_classes import WatchRoute
from catalog_graph.server.routes.changes import Kinds
from catalog_graph.server.routes.common import READ, Flag, flag, optional_list, problems

router = APIRouter(prefix=CATALOG, tags=["changes"], route_class=WatchRoute)

HEARTBEAT_SECONDS = 15.0
"""Seconds of silence after which a stream says that it is there, and up to where its reader has read."""
_RETRY = "retry: 2000\n"
"""The first line: how long a browser waits before it connects again, in milliseconds."""
_PLACE = "The number of a transaction or the id of an event: only events behind it. Without it, only changes to come."
_PlaceText = WithJsonSchema({"type": "string", "pattern": f"^({PLACE})?$"})
After = Annotated[str, _PlaceText, Query(description=_PLACE)]
LastEventId = Annotated[str, _PlaceText, Header(alias="Last-Event-ID", description="As `after`, which it replaces.")]
Selected = Annotated[
    str, Query(description="A query of the query language: only changes of artifacts that match it when they are sent.")
]
Follow = Annotated[
    str, Flag, Query(description="`false`: end the stream when there are no more; by default it never ends.")
]


class EventStream(StreamingResponse):
    """A stream of events."""

    media_type = "text/event-stream"


_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Headers by which proxies hold no event back."""


_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, each with its id and a line of JSON.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/events", responses={**_STREAM, **problems()}, dependencies=READ, response_class=EventStream)
async def events(
    request: Request,
    query: Selected = "",
    kind: Kinds = None,
    after: After = "",
    follow: Follow = "",
    last_event_id: LastEventId = "",
) -> EventStream:
    """Send changes as they happen: registered, tagged, edges, deleted, revived, aliases, promoted.

    Each event has its place as its id, with which a client that comes again continues, at least once, in order. If
    changes behind that place are no longer recorded, an event of the kind `missing` says which. While nothing
    happens, a comment comes every 15 seconds.
    """
    feed: Feed = request.app.state.feed
    question = checked_question(last_event_id or after or None, query, optional_list(kind))
    is_endless = follow == "" or flag(follow, "follow")
    start = await feed.in_thread(lambda: feed.store.start_of(question))
    return EventStream(_stream(request, feed, question, start, is_endless), headers=_HEADERS)


async def _stream(
    request: Request, feed: Feed, question: EventQuestion, place: Place, is_endless: bool
) -> AsyncIterator[str]:
    stop = asyncio.Event()
    request.scope[STOP] = stop.set
    yield f"{_RETRY}id: {place}\n\n"
    said = time.monotonic()
    while not stop.is_set():
        try:
            page = await (feed.page(place) if is_endless else feed.new_page(place))
        except CatalogError:
            if not is_endless:
                raise
            page = EventPage([], place)  # the stream waits for a store that is away
        text = await feed.in_thread(lambda items=page.items: _text(question.selected(items)))  # type: ignore[misc]
        is_at_end, place = page.place == place, page.place
        if time.monotonic() - said >= HEARTBEAT_SECONDS:
            if not _may_still_read(request):
                return
            said = time.monotonic()
            text += f": still here\nid: {place}\n\n"
        if text:
            yield text
        if is_at_end:
            if not is_endless:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)


def _text(events: Iterable[Event]) -> str:
    return "".join(f"id: {event.id}\ndata: {encode_json(event.to_dict()).decode()}\n\n" for event in events)


def _may_still_read(request: Request) -> bool:
    """Return True unless the key of a stream has expired or was revoked since."""
    keyring: Keyring = request.app.state.keyring
    key = keyring.identify(request.headers.get("authorization", ""))
    return key is not None and not key.has_ended and "read" in key.scopes
