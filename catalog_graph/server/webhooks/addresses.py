"""The receivers that a webhook may have: none at an address that only the service reaches, unless a setting allows it.

Otherwise whoever may make webhooks could send requests to whatever stands behind the firewall. The address to which a
connection is opened is checked, not the one that a name had before.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import anyio
import httpcore

from catalog_graph.errors import InvalidInput

SETTING = "CATALOG_GRAPH_WEBHOOK_PRIVATE_ADDRESSES"
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Addresses of IPv6 that NAT64 translates to the IPv4 address in their last 32 bits."""
MAX_URL = 2000


class RefusedAddress(Exception):
    """A receiver has an address to which nothing is delivered."""


def checked_url(url: str, *, allows_private: bool) -> str:
    """Return the address of a receiver. Raises `InvalidInput`, without what may be a password in it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.username or parts.password:
        raise InvalidInput("url has a user name or a password; receivers check the signature instead", field="url")
    if parts.scheme not in ("http", "https") or not host or len(url) > MAX_URL or not url.isascii() or " " in url:
        raise InvalidInput(f"url {url[:80]!r} is not an address as https://example.com/hook", field="url")
    if allows_private:
        return url
    if parts.scheme == "http":
        raise InvalidInput(
            f"url {url[:80]!r} is not encrypted; use https, or set {SETTING}=true for receivers in your own network",
            field="url",
        )
    if _is_private_literal(host):
        raise InvalidInput(f"url {url[:80]!r} is a private address; {SETTING}=true allows these", field="url")
    return url


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """A network in which private addresses are refused when a connection is opened."""

    def __init__(self, *, allows_private: bool) -> None:
        self._allows_private = allows_private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers. Raises `RefusedAddress` if any of them is private."""
        try:
            answers = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host!r} is not known") from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in answers))
        if not self._allows_private and any(map(is_private, addresses)):
            raise RefusedAddress(f"{host} is a private address; {SETTING}=true allows these")
        failure: Exception = httpcore.ConnectError(f"the name {host!r} has no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)


def is_private(address: str) -> bool:
    """Return True if an address is not one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(str(inner))
    return not ip.is_global or ip.is_multicast


def _is_private_literal(host: str) -> bool:
    try:
        return is_private(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
