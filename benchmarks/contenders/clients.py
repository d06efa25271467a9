"""Concurrent clients that use little processor time, since they share the machine with the measured service."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry

PATIENCE = 600.0
"""Seconds to wait for a response, even on a busy machine."""
_JSON = {"Content-Type": "application/json"}


class Clients:
    """A number of clients of one service, each with its own connection and thread."""

    def __init__(self, endpoint: str, count: int) -> None:
        address = urlsplit(endpoint)
        self._path = f"{address.path}/artifacts"
        self._connections = [HTTPConnection(address.netloc, timeout=PATIENCE) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count)

    def connect(self) -> None:
        """Open the connections, or reopen them, since the service may have closed them."""
        for connection in self._connections:
            connection.close()
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def bodies(self, entries: Sequence[CatalogEntry]) -> list[list[bytes]]:
        """Encode the entries as request bodies, and divide them among the clients."""
        encoded = [json.dumps({name: getattr(e, name) for name in CONTRACT_FIELDS}).encode() for e in entries]
        count = len(self._connections)
        return [encoded[start::count] for start in range(count)]

    def register(self, shares: Sequence[Sequence[bytes]]) -> int:
        """Register each client's share with one request per artifact, and return the number of artifacts."""
        return sum(self._threads.map(self._register, self._connections, shares))

    def _register(self, connection: HTTPConnection, bodies: Sequence[bytes]) -> int:
        for body in bodies:
            connection.request("POST", self._path, body, _JSON)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 201:
                raise AssertionError(f"the service answered {response.status}: {answer[:500]!r}")
        return len(bodies)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
