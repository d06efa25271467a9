"""Events of a service, which it sends as they happen.

The format is https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from catalog_graph.backends.event_questions import EventQuestion
from catalog_graph.backends.feed import FeedInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import query_parameters
from catalog_graph.changes.event import Event
from catalog_graph.errors import StoreUnavailable

SILENCE_SECONDS = 60.0
"""Seconds without a word after which the connection counts as broken; the service says something every 15."""
_WAITS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds before a broken connection is opened anew, as long as the service sends nothing."""


class RemoteFeed(FeedInterface):
    """Events of the service; a broken connection resumes behind the last one that arrived."""

    _service: HttpService

    def _follow(self, question: EventQuestion, *, for_ever: bool) -> Iterator[Event]:
        messages = self._messages(question, for_ever)
        next(messages)  # the first message has the place at which the stream begins: it is that of the call
        return (event for event in messages if event is not None)

    def _messages(self, question: EventQuestion, for_ever: bool) -> Iterator[Event | None]:
        """Yield the event of each message of the service, or `None` for a message that has a place alone."""
        values = {"query": question.query, "kind": list(question.kinds), "after": question.after}
        params = query_parameters({**values, "follow": None if for_ever else "false"})
        last_id, waits = "", iter(_WAITS)
        while True:
            headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {})}
            try:
                for fields in _blocks(self._service.lines("/events", params, headers, SILENCE_SECONDS)):
                    if "id" in fields:
                        last_id, waits = fields["id"], iter(_WAITS)
                        yield Event.from_dict(json.loads(fields["data"])) if "data" in fields else None
                if not for_ever:
                    return
                raise StoreUnavailable(f"the catalog at {self._service.endpoint} ended the stream of events")
            except StoreUnavailable:
                wait = next(waits, None)
                if wait is None or not last_id:
                    raise
                time.sleep(wait)


def _blocks(lines: Iterator[bytes]) -> Iterator[dict[str, str]]:
    """Yield the fields of each message, which ends with an empty line; the service writes data as one line."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            yield fields
            fields = {}
        name, _, value = line.decode().partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
