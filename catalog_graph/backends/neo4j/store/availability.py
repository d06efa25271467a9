"""Availability of the database: while it is away, requests fail at once, and one thread looks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from neo4j.exceptions import (
    DatabaseUnavailable,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ReadServiceUnavailable,
    ServiceUnavailable,
    WriteServiceUnavailable,
)

from catalog_graph.errors import CatalogError, StoreUnavailable

_PROBE_SECONDS = 0.2
"""Seconds between two looks for a database that is away."""
STOPPED = "Neo.DatabaseError.Transaction.TransactionStartFailed"
"""Code of a database that has stopped until Neo4j starts again, as after an error of its disk."""
_OF_ONE_REQUEST = (IncompleteCommit, ReadServiceUnavailable, WriteServiceUnavailable)
"""Errors of one request, or of one kind of access: others may still be answered."""


def means_away(error: Exception) -> bool:
    """Return True if no other request can be answered either."""
    if isinstance(error, Neo4jError) and error.code == STOPPED:
        return True
    return isinstance(error, ServiceUnavailable | DatabaseUnavailable) and not isinstance(error, _OF_ONE_REQUEST)


class Availability:
    """Knowledge of whether a database answers; `probe` raises one of the driver's errors if it does not.

    Requests of the probe itself are sent while the database is away.
    """

    def __init__(self, probe: Callable[[], object]) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self._error: CatalogError | None = None
        self._looking: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def is_away(self) -> bool:
        """True from a failed request until the database answers again."""
        return self._error is not None

    def require(self) -> None:
        """Raise `StoreUnavailable` if the database is away."""
        error = self._error
        if error is not None and threading.current_thread() is not self._looking:
            raise StoreUnavailable(error.message)

    def lose(self, error: CatalogError) -> None:
        """Note that the database is away, and start to look for it."""
        with self._lock:
            if self._error is not None or self._closed.is_set():
                return
            self._error = error
            self._looking = threading.Thread(target=self._look, daemon=True, name="neo4j-probe")
        self._looking.start()

    def close(self) -> None:
        """Stop looking."""
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.is_set():
            try:
                self._probe()
            except (DriverError, Neo4jError):
                self._closed.wait(_PROBE_SECONDS)
            else:
                break
        self._error = None
