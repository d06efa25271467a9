"""Connections of the service: how many there may be, in all and of one address."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import Counter
from typing import NamedTuple, Protocol

from catalog_graph.server.hosts import host_name
from catalog_graph.server.settings import Network, ServerSettings

WARNING_SECONDS = 60.0
"""Seconds between two warnings of one kind."""
_SHARE = 2
"""One address may hold one connection in so many, unless a setting says otherwise."""
STOP = "catalog_graph.stop"
"""Key of a function in the scope of a request without an end: the service calls it when it stops."""
_logger = logging.getLogger("catalog_graph.connections")


class Limits(NamedTuple):
    """The limits of the connections of a service."""

    connections: int
    per_address: int
    request_seconds: float
    """Maximum time until the head of a request is there: from the connection on, and from its first byte on."""
    body_rate: int
    """Minimum bytes a second of a body, and of an answer that a client reads."""
    proxies: tuple[Network, ...]
    """Networks whose requests are counted by the address that they forward."""

    @classmethod
    def of(cls, settings: ServerSettings) -> Limits:
        """Return the limits of the settings."""
        return cls(
            settings.max_connections,
            settings.max_connections_per_address or max(1, settings.max_connections // _SHARE),
            settings.request_timeout,
            settings.min_body_rate,
            tuple(settings.proxy_networks),
        )


class Connection(Protocol):
    """One connection."""

    def drop(self) -> None:
        """Close the connection of a client that has sent no request yet."""


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
        if self.is_proxy(address) or self._by_address[address] <= most:
            return None
        self.warn(f"{address} has {most:,} connections (CATALOG_GRAPH_MAX_CONNECTIONS_PER_ADDRESS)")
        return "this address has too many connections"

    def is_proxy(self, address: str) -> bool:
        """Return True if the settings name an address as that of a proxy."""
        if not self.limits.proxies:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.limits.proxies)

    def forwarded(self, header: str) -> str:
        """Return the address for which a proxy forwards a request: the last that is not one of the proxies."""
        addresses = [_address(part.strip()) for part in header.split(",")]
        return next((each for each in reversed(addresses) if each and not self.is_proxy(each)), "")

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


def _address(text: str) -> str:
    """Return an address of `X-Forwarded-For` in one way of writing, without the port that some proxies add."""
    text = host_name(text) if text.startswith("[") or text.count(":") == 1 else text
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text
