"""Connections of the service: how many there may be, and how long a client may take.

uvicorn waits for a request as long as its client likes, so that a thousand silent connections would stop the service.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from catalog_graph.server.problems import RETRY_SECONDS, simple_problem
from catalog_graph.server.settings import ServerSettings

WARNING_SECONDS = 60.0
"""Seconds between two warnings of one kind."""
BODY_SECONDS = 10.0
"""Seconds over which the rate of a body is measured, at most."""
_SHARE = 2
"""One address may hold one connection in so many, unless a setting says otherwise."""
_logger = logging.getLogger("catalog_graph.connections")


class Limits(NamedTuple):
    """The limits of the connections of a service."""

    connections: int
    per_address: int
    request_seconds: float
    """Maximum time until the head of a request is there: from the connection on, and from its first byte on."""
    body_rate: int
    """Minimum bytes a second of a body, and of an answer that a client reads."""
    proxies: frozenset[str]
    """Addresses whose requests are counted by the address that they forward."""

    @classmethod
    def of(cls, settings: ServerSettings) -> Limits:
        """Return the limits of the settings."""
        return cls(
            settings.max_connections,
            settings.max_connections_per_address or max(1, settings.max_connections // _SHARE),
            settings.request_timeout,
            settings.min_body_rate,
            frozenset(settings.proxy_addresses),
        )


class Connections:
    """The open connections of a service, counted by address."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._silent: dict[Connection, str] = {}
        self._warned: dict[str, float] = {}

    def enter(self, connection: Connection, address: str) -> str | None:
        """Count a connection; return why it is refused, or None.

        Where there are too many, the oldest that has not sent a whole head of a request makes room for it.
        """
        self._open += 1
        refusal = self.count(address)
        if refusal is not None:
            refusal = self._make_room(refusal, address)
        elif self._open > self.limits.connections:
            self.warn(f"{self.limits.connections:,} connections are open (CATALOG_GRAPH_MAX_CONNECTIONS)")
            refusal = self._make_room("the service has too many connections")
        self._silent[connection] = address
        return refusal

    def _make_room(self, refusal: str, address: str | None = None) -> str | None:
        """Drop the oldest silent connection, of an address or of all; return the refusal if there is none."""
        oldest = next((each for each, its in self._silent.items() if address in (None, its)), None)
        if oldest is None:
            return refusal
        del self._silent[oldest]
        oldest.drop()
        return None

    def leave(self, connection: Connection, address: str) -> None:
        """Forget a connection that is closed."""
        self._open -= 1
        self._silent.pop(connection, None)
        self.discount(address)

    def heard(self, connection: Connection) -> None:
        """Note that the head of a request is there."""
        self._silent.pop(connection, None)

    def count(self, address: str) -> str | None:
        """Count a connection of an address, or a request that a proxy forwards for it; return why it is refused."""
        self._by_address[address] += 1
        most = self.limits.per_address
        if address in self.limits.proxies or self._by_address[address] <= most:
            return None
        self.warn(f"{address} has {most:,} connections (CATALOG_GRAPH_MAX_CONNECTIONS_PER_ADDRESS)")
        return "this address has too many connections"

    def discount(self, address: str) -> None:
        """Take back what `count` counted."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def warn(self, reason: str) -> None:
        """Log that a limit is reached, once a minute for each limit."""
        kind = reason.rpartition("(")[2]
        if time.monotonic() - self._warned.get(kind, -WARNING_SECONDS) >= WARNING_SECONDS:
            self._warned[kind] = time.monotonic()
            _logger.warning("A limit is reached: %s.", reason)


class Connection(HttpToolsProtocol):
    """uvicorn's connection with the limits of `Connections`."""

    open: Connections

    _address = ""
    _forwarded: str | None = None
    _refused = False
    _timer: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        if reason := self.open.enter(self, self._address):
            self._refuse_busy(reason)
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timers()
        self._end_forwarded()
        self.open.leave(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        if not self._refused:
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the head of a request."""
        super().on_message_begin()
        self._expect_head()

    def on_headers_complete(self) -> None:
        """Take the head of a request, or refuse it."""
        self.open.heard(self)
        if self.parser.should_upgrade() and (reason := self._refused_upgrade()):
            self._refuse(simple_problem(400, "http", "The request is invalid", reason))
            return
        if self._address in self.open.limits.proxies and (forwarded := self._forwarded_address()):
            self._end_forwarded()
            self._forwarded = forwarded
            if reason := self.open.count(forwarded):
                self._refuse_busy(reason)
                return
        super().on_headers_complete()
        if self.parser.should_upgrade():
            # The parser reads no second request: an upgrade was asked for, and the service makes none.
            self.cycle.keep_alive = False
        self._received = 0
        self._start(self._body_seconds, self._check_body)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        if not self._refused:
            self._received += len(body)
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is whole."""
        self._stop(self._timer)
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Let the next request begin."""
        self._end_forwarded()
        super().on_response_complete()

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
        """Return the address for which a proxy forwards the request: the last that is not one of the proxies."""
        values = [value for name, value in self.headers if name == b"x-forwarded-for"]
        addresses = [part.strip() for part in b",".join(values).decode("latin-1").split(",")]
        return next((each for each in reversed(addresses) if each and each not in self.open.limits.proxies), "")

    def _end_forwarded(self) -> None:
        if self._forwarded is not None:
            self.open.discount(self._forwarded)
            self._forwarded = None

    # ---- time

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
        self._time_out("the head of a request did not arrive in time", "CATALOG_GRAPH_REQUEST_TIMEOUT")

    def _drop_reader(self) -> None:
        self.open.warn("a client reads its answer too slowly (CATALOG_GRAPH_MIN_BODY_RATE)")
        self.transport.abort()

    def _time_out(self, reason: str, setting: str) -> None:
        self.open.warn(f"{reason} ({setting})")
        self._refuse(simple_problem(408, "timeout", "The request took too long", reason))

    def _start(self, seconds: float, act: Callable[[], None]) -> None:
        self._stop(self._timer)
        self._timer = self.loop.call_later(seconds, act)

    def _stop_timers(self) -> None:
        self._stop(self._timer)
        self._stop(self._stalled)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()

    # ---- refusals

    def _refuse_busy(self, reason: str) -> None:
        headers = {"Retry-After": str(RETRY_SECONDS)}
        self._refuse(simple_problem(503, "unavailable", "Unavailable", f"{reason}; try again later", headers))

    def _refuse(self, response: Response) -> None:
        """Answer with a problem document, unless an answer has begun, and close the connection."""
        self._refused = True
        self._stop_timers()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            head = b"".join(b"%s: %s\r\n" % pair for pair in response.raw_headers)
            self.transport.write(
                STATUS_LINE[response.status_code] + head + b"connection: close\r\n\r\n" + bytes(response.body)
            )
        self.transport.close()


def connection_class(settings: ServerSettings) -> type[Connection]:
    """Return the class of the connections of one service."""
    limits = Limits.of(settings)
    return type("LimitedConnection", (Connection,), {"open": Connections(limits)})
