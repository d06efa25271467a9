"""Host names of the service: a request for another name is refused, as a protection against DNS rebinding."""

from __future__ import annotations

import ipaddress
import socket

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog_graph.server.problems import simple_problem
from catalog_graph.server.settings import ServerSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Hosts:
    """The `Host` headers that the service answers."""

    def __init__(self, settings: ServerSettings) -> None:
        extra = {name.strip().lower() for name in settings.allowed_hosts.split(",") if name.strip()}
        self.names = _LOOPBACK | {settings.host.lower()} | extra
        # A service that is bound to every address also answers to the machine's name and to any address: the pages of
        # another site have a name.
        self.any_address = _is_unspecified(settings.host)
        if self.any_address:
            self.names |= {socket.gethostname().lower()}

    def allows(self, header: str) -> bool:
        """Return True if the service answers requests with this `Host` header."""
        name = host_name(header)
        if "*" in self.names or name in self.names:
            return True
        return self.any_address and _is_address(name)


class HostMiddleware:
    """Middleware that answers 421 to requests with another `Host` header."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not self.hosts.allows(Headers(scope=scope).get("host", "")):
            detail = "the Host header is not a name of this service; add the name to CATALOG_GRAPH_ALLOWED_HOSTS"
            await simple_problem(421, "host", "Misdirected request", detail)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def host_name(header: str) -> str:
    """Return the name in a `Host` header, in lower case, without port and brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_unspecified(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_unspecified
