"""One connection of the service: uvicorn's, with limits of time and size, and with TLS.

uvicorn waits for a request as long as its client likes, so that a thousand silent connections would stop the service. A
connection is counted before its TLS handshake, which asyncio would begin unseen.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from catalog_graph.server.connections import STOP, Connections, Limits
from catalog_graph.server.problems import RETRY_SECONDS, simple_problem
from catalog_graph.server.settings import ServerSettings

BODY_SECONDS = 10.0
"""Seconds over which the rate of a body is measured, at most."""
MAX_URL = 65_535
"""Bytes of an address, at most: the parser counts them in 16 bits."""
MAX_HEAD = 256 * 1024
"""Bytes of the head of a request, at most, and of what comes between the parts of its body and after it."""
MAX_PIPELINED = 16
"""Requests of a connection that wait for the one before them, at most."""
LINGER_SECONDS = 30.0
"""Maximum time until a client that was answered while it sent has sent the rest and closes the connection."""


class AnswerTransport:
    """A transport that closes by a function of its connection."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class HttpConnection(HttpToolsProtocol):
    """uvicorn's connection with the limits of `Connections`."""

    open: Connections
    tls: ssl.SSLContext | None = None

    _address = ""
    _forwarded: str | None = None
    _refused = False
    _timer: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _received = 0
    _head: int | None = 0
    """Bytes of the head so far, None while none is expected."""
    _between = 0
    """Bytes since the last part of a body: of its chunks' extensions, and of trailers."""
    _sends = False
    """True while a request arrives."""
    _arriving: RequestResponseCycle | None = None
    """The request whose body arrives."""
    _running: RequestResponseCycle | None = None
    """The request that is answered, or was last; uvicorn knows only the one that came last."""
    _lost = False
    _handshake: asyncio.Task[None] | None = None
    _early = b""
    """Bytes that arrived with the end of the handshake."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        reason = self.open.enter(self, self._address)
        if self.tls is None:
            self._refuse_busy(reason) if reason else self._expect_head()
        elif reason:
            self.drop()
        else:
            transport.pause_reading()  # until TLS takes what the client sends
            self._handshake = self.loop.create_task(self._secure(transport, self.tls))

    async def _secure(self, transport: asyncio.Transport, context: ssl.SSLContext) -> None:
        """Go on with the transport that TLS makes of another; close it if the client does not do its part in time."""
        secured, seconds = None, self.open.limits.request_seconds
        with suppress(OSError):
            secured = await self.loop.start_tls(
                transport, self, context, server_side=True, ssl_handshake_timeout=seconds
            )
        if secured is None:
            transport.abort()
            self.connection_lost(ConnectionResetError())
            return
        self._handshake = None
        super().connection_made(secured)
        self._expect_head()
        self.data_received(self._early)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._lost:
            return
        self._lost = True
        self._stop(self._timer)
        self._stop(self._stalled)
        self._end_forwarded()
        self.open.leave(self, self._address)
        if self._running is not None:
            self._disconnect(self._running)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        if self._refused or not data:
            return
        if self._handshake is not None:
            self._early += data
            return
        self._between += len(data)
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse_long("the head is")
        if self._arriving is not None and self._between > MAX_HEAD:
            self._refuse_long("the extensions of a chunk and the trailers are")
        if self._is_idle and self.timeout_keep_alive_task is None:
            # Empty lines, which begin no request, or the end of one that was answered before: uvicorn waits no longer.
            self._expect_head()

    def on_message_begin(self) -> None:
        """Wait for the head of a request."""
        super().on_message_begin()
        if self._refused:
            return
        self._head = 0
        self._sends = True
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > MAX_URL:
            reason = f"the address is longer than {MAX_URL:,} bytes; send fewer parameters"
            self._refuse(simple_problem(414, "http", "The request is invalid", reason))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is dropped."""
        if self._head is not None:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Take the head of a request, or refuse it."""
        self._head = None
        self.open.heard(self)
        if self._refused:
            return
        if len(self.pipeline) == MAX_PIPELINED:
            self._close_after_answers()
            return
        if self.parser.should_upgrade() and (reason := self._refused_upgrade()):
            self._refuse(simple_problem(400, "http", "The request is invalid", reason))
            return
        if self.open.is_proxy(self._address) and (forwarded := self._forwarded_address()):
            self._end_forwarded()
            self._forwarded = forwarded
            if reason := self.open.count(forwarded):
                self._refuse_busy(reason)
                return
        super().on_headers_complete()
        self._arriving = self.cycle
        self.cycle.transport = AnswerTransport(self.transport, self._close)  # type: ignore[assignment]
        if self.parser.should_upgrade():
            # The parser reads no second request: an upgrade was asked for, and the service makes none.
            self.cycle.keep_alive = False
        self._received = self._between = 0
        self._start(self._body_seconds, self._check_body)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        if not self._refused:
            self._received += len(body)
            self._between = 0
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is whole."""
        if self._refused:
            return
        self._sends = False
        self._arriving = None
        self._stop(self._timer)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Let the next request begin."""
        self._end_forwarded()
        if self.pipeline or not self._refused:
            super().on_response_complete()
        if self.pipeline and not self.transport.is_closing():
            self.flow.pause_reading()  # or each answer would let more requests in than it takes away

    def shutdown(self) -> None:
        """Let the answer in progress finish; a stream that has no end is told to end."""
        super().shutdown()
        scope: dict[str, Any] = self._running.scope if self._running else {}  # type: ignore[assignment]
        if STOP in scope:
            scope[STOP]()

    def pause_writing(self) -> None:
        """Wait for a client that reads slowly."""
        super().pause_writing()
        self._stop(self._stalled)
        seconds = self.transport.get_write_buffer_size() / self.open.limits.body_rate + BODY_SECONDS
        self._stalled = self.loop.call_later(seconds, self._drop_reader)

    def resume_writing(self) -> None:
        """Go on with an answer."""
        self._stop(self._stalled)
        super().resume_writing()

    def drop(self) -> None:
        """Close the connection of a client that has sent no request yet."""
        self._refused = True
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP with a problem document."""
        self._refuse(simple_problem(400, "http", "The request is invalid", "the request is not valid HTTP/1.1"))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: a client may offer HTTP/2, and gets its answer over HTTP/1.1."""

    def _refused_upgrade(self) -> str | None:
        """Return why a change of protocol is refused; None if the offer is ignored, and the request answered."""
        if self._get_upgrade() == b"websocket":
            return "the service has no WebSockets"
        if any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            # The parser would take the body for the first bytes of the other protocol.
            return "a request with a body cannot change the protocol; send HTTP/1.1 without the header 'Upgrade'"
        return None

    def _forwarded_address(self) -> str:
        """Return the address for which a proxy forwards the request."""
        values = [value for name, value in self.headers if name == b"x-forwarded-for"]
        return self.open.forwarded(b",".join(values).decode("latin-1"))

    def _end_forwarded(self) -> None:
        if self._forwarded is not None:
            self.open.discount(self._forwarded)
            self._forwarded = None

    # ---- time

    @property
    def _is_idle(self) -> bool:
        """True if no request arrives, none is answered, and nothing limits the time of the next one."""
        is_answered = self._running is None or self._running.response_complete
        is_timed = self._timer is not None and not self._timer.cancelled()
        return is_answered and not (self._sends or self._refused or is_timed)

    @property
    def _body_seconds(self) -> float:
        return min(BODY_SECONDS, self.open.limits.request_seconds)

    def _expect_head(self) -> None:
        self._start(self.open.limits.request_seconds, self._drop_silent)

    def _check_body(self) -> None:
        """Close the connection if less of a body came than the rate asks for; the service itself may pause reading."""
        least = self.open.limits.body_rate * self._body_seconds
        if self._received < least and not self.flow.read_paused:
            self._time_out("the body arrives too slowly", "CATALOG_GRAPH_MIN_BODY_RATE")
            return
        self._received = 0
        self._start(self._body_seconds, self._check_body)

    def _drop_silent(self) -> None:
        if self.flow.read_paused:
            self._expect_head()
            return
        self._time_out("the head of a request did not arrive in time", "CATALOG_GRAPH_REQUEST_TIMEOUT")

    def _drop_reader(self) -> None:
        self.open.warn("a client reads its answer too slowly (CATALOG_GRAPH_MIN_BODY_RATE)")
        self.transport.abort()

    def _time_out(self, reason: str, setting: str) -> None:
        self.open.warn(f"{reason} ({setting})")
        self._sends = False  # or nothing that is worth waiting for
        self._refuse(simple_problem(408, "timeout", "The request took too long", reason))

    def _start(self, seconds: float, act: Callable[[], None]) -> None:
        self._stop(self._timer)
        self._timer = self.loop.call_later(seconds, act)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()

    # ---- refusals

    def _refuse_busy(self, reason: str) -> None:
        headers = {"Retry-After": str(RETRY_SECONDS)}
        self._refuse(simple_problem(503, "unavailable", "Unavailable", f"{reason}; try again later", headers))

    def _refuse_long(self, what: str) -> None:
        reason = f"{what} longer than {MAX_HEAD:,} bytes"
        self._refuse(simple_problem(431, "http", "The request is invalid", reason))

    def _refuse(self, response: Response) -> None:
        """Answer with a problem document, unless an answer has begun, and close the connection.

        The document would be taken for the answer to a request before, if one waits for its own.
        """
        if self._refused or self.transport.is_closing():
            return
        its, running = self._arriving, self._running
        if running is not None and running is not its and not running.response_complete:
            self._close_after_answers()
            return
        self._refused = True
        self._stop(self._timer)
        if its is None or not its.response_started:
            head = b"".join(b"%s: %s\r\n" % pair for pair in response.raw_headers)
            self.transport.write(
                STATUS_LINE[response.status_code] + head + b"connection: close\r\n\r\n" + bytes(response.body)
            )
        if its is not None:
            self._disconnect(its)
        self._close()

    def _close_after_answers(self) -> None:
        """Take nothing more, and close the connection when the requests before the one that arrives are answered."""
        self._refused = True
        self._stop(self._timer)
        if self._arriving is not None:
            self.pipeline.popleft()
        last = self.pipeline[0][0] if self.pipeline else self._running
        last.keep_alive = False  # type: ignore[union-attr]

    @staticmethod
    def _disconnect(cycle: RequestResponseCycle) -> None:
        """Tell the application that nobody waits for this answer any more."""
        if not cycle.response_complete:
            cycle.disconnected = True
        cycle.message_event.set()

    def _close(self) -> None:
        """Close the connection after an answer, at once or when a client that is still sending has read it.

        A socket that is closed before all is read answers with a reset, which also takes away what the client has not
        read yet: RFC 9112, section 9.6.
        """
        self.pipeline.clear()
        if not self._sends:
            self.transport.close()
            return
        self._refused = True  # what still comes is dropped
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._start(LINGER_SECONDS, self.transport.abort)


def connection_class(settings: ServerSettings, tls: ssl.SSLContext | None = None) -> type[HttpConnection]:
    """Return the class of the connections of one service."""
    return type("LimitedConnection", (HttpConnection,), {"open": Connections(Limits.of(settings)), "tls": tls})
