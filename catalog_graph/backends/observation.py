"""Reports of a store about its work, from which a service makes metrics, logs and traces."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext


class StoreObserver:
    """Receiver of the reports of one store, from any thread; this one drops them."""

    def query(self, name: str) -> AbstractContextManager[None]:
        """Return the context in which a query runs: the name of its file in `cypher/`, or a step such as `commit`."""
        return nullcontext()

    def session(self) -> AbstractContextManager[None]:
        """Return the context in which a session has, or waits for, a connection to the store."""
        return nullcontext()

    def retried(self) -> None:
        """Note that a transaction is tried again."""

    def grouped(self, size: int) -> None:
        """Note that the writes of `size` callers were committed in one transaction."""


UNOBSERVED = StoreObserver()
