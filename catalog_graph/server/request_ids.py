"""Ids of requests: that of the client, else a new one, and the trace to which a request belongs.

The change record and the log keep the request id, and each response has it.
"""

from __future__ import annotations

import re
import secrets
import uuid
from contextvars import ContextVar
from typing import NamedTuple

HEADER = "X-Request-ID"
TRACE_HEADER = "traceparent"
MAX_REQUEST_ID = 128
"""Maximum number of characters of a request id."""
_TRACE = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Trace(NamedTuple):
    """A span of a trace, as W3C Trace Context names it."""

    trace_id: str
    span_id: str
    flags: str

    def header(self) -> str:
        """Return the value of the header `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    def child(self) -> Trace:
        """Return a new span of the same trace."""
        return self._replace(span_id=secrets.token_hex(8))


class RequestIds(NamedTuple):
    """The ids of a request, for its log."""

    request_id: str
    trace_id: str = ""


CURRENT: ContextVar[RequestIds | None] = ContextVar("request_ids", default=None)
"""The ids of the request that this context handles."""


def ids_of(header: str, trace: Trace | None) -> RequestIds:
    """Return the ids of a request: the id in its header, else that of its trace, else a new one."""
    trace_id = trace.trace_id if trace else ""
    return RequestIds(accepted(header) or trace_id or uuid.uuid4().hex, trace_id)


def accepted(text: str) -> str:
    """Return a request id that a client sent if it is 1 to 128 printable ASCII characters, else an empty text."""
    return text if len(text) <= MAX_REQUEST_ID and text.isascii() and text.isprintable() else ""


def received_trace(header: str) -> Trace | None:
    """Return the span of the caller in a header `traceparent`; None without a valid one."""
    match = _TRACE.fullmatch(header.strip())
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    # Later versions may add fields; zeros stand for no id.
    if (version == "00" and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return Trace(trace_id, span_id, flags)
