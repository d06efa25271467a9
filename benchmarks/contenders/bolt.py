"""The same Cypher over bare Bolt: what our backend sends, sent again by the driver alone.

The queries and parameters are noted while our backend answers once. So they are the project's own query files to
the letter, and every measurement has its bare counterpart without further code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from neo4j import GraphDatabase, Query
from neo4j._sync.work.session import Session
from neo4j._sync.work.transaction import TransactionBase

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.neo4j.artifacts.registration import register
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Request
from catalog_graph.embedded.bolt import ConnectionSettings

Sent = list[tuple[str, dict[str, Any]]]
DATABASE = "neo4j"


class Bolt:
    """A driver, and our backend in this process to note what it sends."""

    def __init__(self, neo4j: ConnectionSettings, backend: CatalogBackend) -> None:
        self._driver = GraphDatabase.driver(
            neo4j.uri, auth=(neo4j.username, neo4j.password), notifications_min_severity="OFF"
        )
        self.backend = backend

    def bare(self, question: Callable[[CatalogBackend], Any]) -> Callable[[], list[list[Any]]]:
        """What sends the queries of `question` again and returns their rows as they come, as lists of values."""
        with noted() as sent:
            question(self.backend)

        def replay() -> list[list[Any]]:
            with self._driver.session(database=DATABASE, default_access_mode="READ") as session:
                return [row for text, values in sent for row in session.run(text, values).values()]

        replay.queries = len(sent)  # type: ignore[attr-defined]
        return replay

    def registering(self, groups: Iterable[Sequence[CatalogEntry]]) -> list[Sent]:
        """What our backend sends to register each group in a transaction of its own; none of it is kept."""
        found: list[Sent] = []
        with self._driver.session(database=DATABASE) as session, session.begin_transaction() as transaction:
            for group in groups:
                with noted() as sent:
                    register(BoltTransaction(transaction), [Request(group, "warn")])
                found.append(sent)
            transaction.rollback()
        return found

    def send(self, transactions: Sequence[Sent]) -> None:
        """Send the queries of each transaction and commit them, one after the other."""
        with self._driver.session(database=DATABASE) as session:
            for sent in transactions:
                with session.begin_transaction() as transaction:
                    for text, values in sent:
                        transaction.run(text, values).consume()
                    transaction.commit()

    def query(self, text: str, **values: Any) -> list[list[Any]]:
        """The rows of any query."""
        with self._driver.session(database=DATABASE) as session:
            return session.run(text, values).values()

    def server_ms(self, text: str, values: dict[str, Any]) -> float:
        """The milliseconds that the database itself needs for a query, until its last row is read."""
        with self._driver.session(database=DATABASE, default_access_mode="READ") as session:
            summary = session.run(text, values).consume()
        return float((summary.result_available_after or 0) + (summary.result_consumed_after or 0))

    def close(self) -> None:
        """Close the driver and the backend."""
        self._driver.close()
        self.backend.close()


@contextmanager
def noted() -> Iterator[Sent]:
    """The queries that the driver is given in this block, whoever gives them."""
    sent: Sent = []
    originals = [(owner, owner.run) for owner in (TransactionBase, Session)]

    def watched(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: Any, query: str | Query, parameters: dict[str, Any] | None = None, **values: Any) -> Any:
            sent.append((query.text if isinstance(query, Query) else query, {**(parameters or {}), **values}))
            return original(self, query, parameters, **values)

        return run

    for owner, original in originals:
        owner.run = watched(original)  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        for owner, original in originals:
            owner.run = original  # type: ignore[method-assign]
