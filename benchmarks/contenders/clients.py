"""Many clients at once: threads of a few processes, for one interpreter alone could not keep the service busy."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.remote import RemoteCatalogBackend

PROCESSES = 2
PATIENCE = 600.0
"""Seconds for an answer, on however busy a machine."""


class Clients:
    """`count` clients of one service, each with connections of its own."""

    def __init__(self, endpoint: str, count: int) -> None:
        self._count = count
        self._pool = ProcessPoolExecutor(
            PROCESSES, mp_context=get_context("spawn"), initializer=_connect, initargs=(endpoint, count // PROCESSES)
        )

    def connect(self) -> None:
        """Start the processes and open the connections."""
        list(self._pool.map(_greet, range(PROCESSES)))

    def register(self, entries: Sequence[CatalogEntry]) -> int:
        """Each client registers its share, one request an artifact; how many."""
        shares = [entries[start :: self._count] for start in range(self._count)]
        return sum(self._pool.map(_register, [shares[start::PROCESSES] for start in range(PROCESSES)]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()


_clients: list[RemoteCatalogBackend] = []
"""Those of this process of the pool."""


def _connect(endpoint: str, count: int) -> None:
    _clients.extend(RemoteCatalogBackend(endpoint, timeout=PATIENCE) for _ in range(count))


def _greet(_: int) -> None:
    for client in _clients:
        client.check()


def _register(shares: list[Sequence[CatalogEntry]]) -> int:
    with ThreadPoolExecutor(len(shares)) as threads:
        return sum(threads.map(_register_each, _clients, shares))


def _register_each(client: RemoteCatalogBackend, entries: Sequence[CatalogEntry]) -> int:
    return len([client.register(entry) for entry in entries])
