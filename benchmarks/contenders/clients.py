"""Many clients at once, which cost little themselves: they share the machine with the service that is measured."""

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
"""Seconds for an answer, on however busy a machine."""
_JSON = {"Content-Type": "application/json"}


class Clients:
    """`count` clients of one service, each with a connection and a thread of its own."""

    def __init__(self, endpoint: str, count: int) -> None:
        address = urlsplit(endpoint)
        self._path = f"{address.path}/artifacts"
        self._connections = [HTTPConnection(address.netloc, timeout=PATIENCE) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count)

    def connect(self) -> None:
        """Open the connections, or open them anew: the service may have closed them since."""
        for connection in self._connections:
            connection.close()
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def bodies(self, entries: Sequence[CatalogEntry]) -> list[list[bytes]]:
        """What each client sends for its share of the entries."""
        encoded = [json.dumps({name: getattr(e, name) for name in CONTRACT_FIELDS}).encode() for e in entries]
        count = len(self._connections)
        return [encoded[start::count] for start in range(count)]

    def register(self, shares: Sequence[Sequence[bytes]]) -> int:
        """Each client registers its share, one request an artifact; how many."""
        return sum(self._threads.map(self._register, self._connections, shares))

    def _register(self, connection: HTTPConnection, bodies: Sequence[bytes]) -> int:
        for body in bodies:
            connection.request("POST", self._path, body, _JSON)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 201:
                raise AssertionError(f"{response.status}: {answer[:500]!r}")
        return len(bodies)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
