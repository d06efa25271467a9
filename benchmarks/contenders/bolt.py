"""The same Cypher over bare Bolt: our backend's queries, repeated by the driver alone.

The queries and parameters are recorded while our backend answers once. So they are exactly those of the project's query
files, and a measurement has its bare counterpart without further code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from neo4j import GraphDatabase, Query
from neo4j._sync.work.session import Session
from neo4j._sync.work.transaction import TransactionBase

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.neo4j.artifacts.editing import edit_tags
from catalog_graph.backends.neo4j.artifacts.registration import register
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Request
from catalog_graph.backends.observation import UNOBSERVED
from catalog_graph.embedded.bolt import ConnectionSettings

Queries = list[tuple[str, dict[str, Any]]]
"""Queries with their parameters, in order."""
DATABASE = "neo4j"


class Bolt:
    """A bare driver, and a backend in this process whose queries are recorded."""

    def __init__(self, neo4j: ConnectionSettings, backend: StoreBackend) -> None:
        self._driver = GraphDatabase.driver(
            neo4j.uri, auth=(neo4j.username, neo4j.password), notifications_min_severity="OFF"
        )
        self.backend = backend

    def bare(self, question: Callable[[StoreBackend], Any]) -> Callable[[], list[list[Any]]]:
        """Return a function that repeats the queries of `question` and returns their rows as lists of values."""
        with recorded_queries() as queries:
            question(self.backend)

        def replay() -> list[list[Any]]:
            with self._driver.session(database=DATABASE, default_access_mode="READ") as session:
                return [row for text, values in queries for row in session.run(text, values).values()]

        return replay

    def registration_queries(self, groups: Iterable[Sequence[CatalogEntry]], *, recorded: bool = True) -> list[Queries]:
        """Return our backend's queries for registering each group in its own transaction; nothing is committed.

        They do not have the one that records the changes unless `recorded`.
        """
        requests = ([Request(group, "warn")] for group in groups)
        return self._queries(
            (lambda transaction, each=each: register(transaction, each) for each in requests), recorded=recorded
        )

    def tag_queries(self, artifact_id: str, tags: dict[str, Any]) -> list[Queries]:
        """Return our backend's queries for setting tags of an artifact, in one transaction; nothing is committed."""
        return self._queries([lambda transaction: edit_tags(transaction, artifact_id, tags, [])])

    def _queries(
        self, changes: Iterable[Callable[[BoltTransaction], object]], *, recorded: bool = True
    ) -> list[Queries]:
        """Return the queries of each of some changes, in a transaction of its own; nothing is committed."""
        transactions: list[Queries] = []
        with self._driver.session(database=DATABASE) as session, session.begin_transaction() as transaction:
            for change in changes:
                with recorded_queries() as queries:
                    open_ = BoltTransaction(transaction, UNOBSERVED)
                    change(open_)
                    if recorded:
                        open_.record()
                transactions.append(queries)
            transaction.rollback()
        return transactions

    def send(self, transactions: Sequence[Queries]) -> None:
        """Run and commit the queries of each transaction, one transaction after the other."""
        with self._driver.session(database=DATABASE) as session:
            for queries in transactions:
                with session.begin_transaction() as transaction:
                    for text, values in queries:
                        transaction.run(text, values).consume()
                    transaction.commit()

    def query(self, text: str, **values: Any) -> list[list[Any]]:
        """Return the rows of a query."""
        with self._driver.session(database=DATABASE) as session:
            return session.run(text, values).values()

    def write(self, text: str, **values: Any) -> str:
        """Run a query that changes something, and return the bookmark of its transaction."""
        with self._driver.session(database=DATABASE) as session:
            session.run(text, values).consume()
            return ",".join(session.last_bookmarks().raw_values)

    def server_ms(self, text: str, values: dict[str, Any]) -> float:
        """Return the milliseconds of a query in the database itself, up to its last row."""
        with self._driver.session(database=DATABASE, default_access_mode="READ") as session:
            summary = session.run(text, values).consume()
        return float((summary.result_available_after or 0) + (summary.result_consumed_after or 0))

    def close(self) -> None:
        """Close the driver and the backend."""
        self._driver.close()
        self.backend.close()


@contextmanager
def recorded_queries() -> Iterator[Queries]:
    """Record all queries that any code passes to the driver within the block."""
    queries: Queries = []
    originals = [(owner, owner.run) for owner in (TransactionBase, Session)]

    def recorder(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: Any, query: str | Query, parameters: dict[str, Any] | None = None, **values: Any) -> Any:
            queries.append((query.text if isinstance(query, Query) else query, {**(parameters or {}), **values}))
            return original(self, query, parameters, **values)

        return run

    for owner, original in originals:
        owner.run = recorder(original)  # type: ignore[method-assign]
    try:
        yield queries
    finally:
        for owner, original in originals:
            owner.run = original  # type: ignore[method-assign]
