"""Sockets of the service, bound before anything else starts, so that a port in use is reported at once."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from catalog_graph.errors import ConfigurationError
from catalog_graph.server.settings import ServerSettings


@contextmanager
def bound_sockets(settings: ServerSettings) -> Iterator[list[socket.socket]]:
    """Bind a socket to every address of the host, without listening; raise `ConfigurationError` if that fails."""
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(settings):
            sockets.append(_bound(settings, family, address))
        yield sockets
    finally:
        for bound in sockets:
            bound.close()


def _addresses(settings: ServerSettings) -> list[tuple[socket.AddressFamily, Any]]:
    try:
        addresses = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigurationError(
            f"--host {settings.host!r} does not resolve to an address: {error.strerror}."
        ) from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in addresses))


def _bound(settings: ServerSettings, family: socket.AddressFamily, address: Any) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_bind(settings, error) from error
    return bound


def _cannot_bind(settings: ServerSettings, error: OSError) -> ConfigurationError:
    if error.errno == errno.EADDRINUSE:
        return port_in_use(settings)
    if error.errno == errno.EACCES:
        return ConfigurationError(
            f"Port {settings.port} needs administrator rights: choose a port from 1024 on with --port."
        )
    return ConfigurationError(
        f"--host {settings.host!r} is not an address of this machine: {error.strerror}. Choose another --host."
    )


def port_in_use(settings: ServerSettings) -> ConfigurationError:
    """Return the error for a port that another program listens on."""
    return ConfigurationError(
        f"Port {settings.port} on {settings.host} is in use by another program: stop it, or choose another --port."
    )
