"""Run named queries over Bolt: time limits, retries and errors in one place."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Bookmarks,
    GraphDatabase,
    NotificationMinimumSeverity,
    Query,
    Record,
    Session,
    Transaction,
)
from neo4j.exceptions import ConfigurationError as DriverConfigurationError
from neo4j.exceptions import DriverError, Neo4jError

from catalog_graph.backends import bookmarks
from catalog_graph.backends.neo4j.store.availability import Availability, means_away
from catalog_graph.backends.neo4j.store.failures import LostRace, is_retryable, translated
from catalog_graph.backends.neo4j.store.lag import LagLimit
from catalog_graph.backends.neo4j.store.migrations import migrations
from catalog_graph.backends.neo4j.store.own_bookmarks import OwnBookmarks
from catalog_graph.backends.neo4j.store.queries import query
from catalog_graph.backends.neo4j.store.tls import secured
from catalog_graph.backends.observation import UNOBSERVED, StoreObserver
from catalog_graph.changes.recording import Recorder
from catalog_graph.errors import ConfigurationError, StoreUnavailable
from catalog_graph.version import __version__

PARALLEL_QUERIES = 24
"""Maximum queries that run in parallel with others of the same request, over all requests."""
CONNECTIONS = 56 + PARALLEL_QUERIES
"""Maximum connections: the service has some 50 threads."""
_LIVENESS_SECONDS = 30.0
_FIRST_WAIT, _LONGEST_WAIT = 0.01, 0.5
_CONNECTION_SECONDS = 0.5
"""Seconds for which a request looks for a database that is away, before it gives up."""

_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")

T = TypeVar("T")


def _unusable(uri: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"NEO4J_URI {uri!r} cannot be used ({reason}): write neo4j://host:7687 or bolt://host:7687, with +s behind the "
        "scheme for TLS"
    )


class BoltTransaction:
    """An open write transaction, and what it changes."""

    def __init__(self, transaction: Transaction, observer: StoreObserver) -> None:
        self._transaction = transaction
        self._observer = observer
        self.changes = Recorder()
        self.ticket = secrets.randbits(62)
        """Number by which artifacts refer to the record of this transaction, whose own number is not known yet.

        It comes from the system, since processes that are forked, or seeded alike, share the numbers of `random`.
        """
        self.created: set[str] = set()
        """Ids of the artifacts that are created with the ticket."""
        self.parents: set[str] = set()
        """Ids of artifacts that get or lose children: the edges of a deleted one follow from whether it has any."""
        self.childless: set[str] = set()
        """Ids of artifacts that are purged because they have no child."""

    def run(self, name: str, /, **values: Any) -> list[Record]:
        """Run the query `name` and return its rows."""
        text, parameters = query(name).bound(values)
        with self._observer.query(name):
            return list(self._transaction.run(text, parameters))

    def commit(self) -> None:
        """Commit, with the record of the changes."""
        self.record()
        with self._observer.query("commit"):
            self._transaction.commit()

    def record(self) -> None:
        """Record the changes; the lock of the record is the last of all, so that nothing waits behind it.

        Two transactions, of which one deletes an artifact and the other links a child to it, see nothing of each other
        and need no common lock before: the second one to be recorded sees the first. It raises `LostRace`. Raises
        `StoreUnavailable` if a later version has upgraded the schema.
        """
        body = self.changes.body()
        if body is None:
            return
        [row] = self.run(
            "changes/record",
            ticket=self.ticket,
            touched=[i for i in self.changes.subjects() if i not in self.created],
            now=time.time_ns() // 1000,
            kinds=self.changes.kinds(),
            callers=self.changes.callers(),
            body=body,
            parents=sorted(self.parents - self.created),
            childless=sorted(self.childless),
            schema=migrations()[-1].number,
        )
        if row["outdated"]:
            raise StoreUnavailable(
                "a later catalog_graph has upgraded this database, and what this one writes would lack something: "
                "stop this service, and upgrade it"
            )
        if row["changed"]:
            raise LostRace


class TimeLimits(NamedTuple):
    """Time limits, in seconds."""

    query: float
    """Of one query that reads."""
    write: float
    """Of one transaction that writes."""
    connect: float
    """Of opening a connection."""
    lag: float
    """Of waiting until a server has reached the bookmarks of the caller."""


class Bolt:
    """A database of one server or of a cluster; with `leader_reads`, callers without bookmarks read from the leader.

    `require_space` raises `StoreFull` if the database has too little room for changes.
    """

    def __init__(
        self,
        uri: str,
        username: str,
        password: str,
        database: str,
        limits: TimeLimits,
        *,
        leader_reads: bool = False,
        ca_file: Path | None = None,
        require_space: Callable[[], None] = lambda: None,
    ) -> None:
        self.database = database
        self._require_space = require_space
        self.limits = limits
        self._leader_reads = leader_reads
        self.is_routed = uri.startswith("neo4j")
        """True if the driver chooses among the servers of a cluster."""
        self.has_followers = False
        """True for a cluster, whose servers may be behind each other."""
        self._own = OwnBookmarks()
        self._lag = LagLimit(limits.lag)
        self.observer = UNOBSERVED
        if uri.partition("://")[0] not in _SCHEMES:
            raise _unusable(uri, "its scheme is not one of Bolt's")
        address, options = secured(uri, ca_file)
        try:
            self._driver = GraphDatabase.driver(
                address,
                **options,
                auth=(username, password),
                user_agent=f"catalog-graph/{__version__}",
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                max_connection_pool_size=CONNECTIONS,
                connection_acquisition_timeout=limits.connect + limits.query,
                connection_timeout=limits.connect,
                liveness_check_timeout=_LIVENESS_SECONDS,
            )
        except (DriverConfigurationError, ValueError) as error:
            raise _unusable(uri, str(error)) from error
        self.first_question: Callable[[], object] = lambda: None
        """The question that comes before all others when the database is back: its plan would wait for theirs."""
        self._availability = Availability(self._probe)

    def close(self) -> None:
        """Close all connections."""
        self._availability.close()
        self._lag.close()
        self._driver.close()

    @property
    def is_away(self) -> bool:
        """True from a request that the database did not answer until it answers again."""
        return self._availability.is_away

    def read(self, name: str, /, *, starting: bool = False, **values: Any) -> list[Record]:
        """Run the query `name` in a read transaction and return its rows."""
        text, parameters = query(name).bound(values)

        def attempt() -> list[Record]:
            is_foreign = not self.has_reached_bookmarks
            access = WRITE_ACCESS if self._leader_reads and not bookmarks.current().texts else READ_ACCESS

            def rows() -> list[Record]:
                with self.observer.query(name), self._session(access, is_foreign=is_foreign) as session:
                    return list(session.run(Query(text, timeout=self.limits.query), parameters))

            if is_foreign or self.has_followers:
                return self._lag.run(rows, lambda: self._reach(access))
            return rows()

        return self._translated(attempt, starting=starting)

    @property
    def has_reached_bookmarks(self) -> bool:
        """True unless the caller has bookmarks that this process did not give."""
        return self._own.has(bookmarks.current().texts)

    def reach_bookmarks(self) -> None:
        """Wait until the leader has reached the bookmarks of the caller, which may be wrong; raise `StoreLags`.

        Afterwards a transaction that the caller shares with others waits for nothing.
        """
        if not self.has_reached_bookmarks:
            self._translated(lambda: self._lag.wait(lambda: self._reach(WRITE_ACCESS)))

    def _reach(self, access: str) -> None:
        text, parameters = query("store/reach").bound({})
        with self.observer.query("store/reach"), self._session(access, is_foreign=True) as session:
            session.run(Query(text, timeout=self.limits.query), parameters).consume()

    def write(self, work: Callable[[BoltTransaction], T]) -> T:
        """Run `work` in a write transaction and return its result after the commit; retries call it again."""
        self._require_space()
        self.reach_bookmarks()

        def attempt() -> T:
            with self._session(WRITE_ACCESS) as session, self._writing(session) as open_:
                transaction = BoltTransaction(open_, self.observer)
                answer = work(transaction)
                transaction.commit()
                return answer

        return self._translated(attempt, writing=True)

    def stream(self, name: str, seconds: float, /, **values: Any) -> Iterator[Record]:
        """Yield the rows of the query `name` as they are read, in one transaction of `seconds` at most."""
        text, parameters = query(name).bound(values)
        self._availability.require()
        self.reach_bookmarks()
        try:
            with self.observer.query(name), self._session(READ_ACCESS) as session:
                yield from session.run(Query(text, timeout=seconds), parameters)
        except (DriverError, Neo4jError) as error:
            raise translated(error, self.database) from error

    @contextmanager
    def holding(self, seconds: float) -> Iterator[BoltTransaction]:
        """Hold a transaction open while others run; it is not retried."""
        try:
            with self._session(WRITE_ACCESS) as session, session.begin_transaction(timeout=seconds) as open_:
                yield BoltTransaction(open_, self.observer)
                open_.commit()
        except (DriverError, Neo4jError) as error:
            raise translated(error, self.database, starting=True) from error

    def alone(self, name: str, seconds: float, /, **values: Any) -> None:
        """Run the query `name` in a transaction of its own, as changes of the schema need.

        Raise the driver's own error, so that the caller can decide what to do.
        """
        text, parameters = query(name).bound(values)

        def attempt() -> None:
            with self.observer.query(name), self._session(WRITE_ACCESS) as session:
                session.run(Query(text, timeout=seconds), parameters).consume()

        self._retried(attempt)

    def _writing(self, session: Session) -> Transaction:
        """Begin a transaction that a copy of the catalog waits for (`copies/running`)."""
        return session.begin_transaction(timeout=self.limits.write, metadata={"catalog": "write"})

    @contextmanager
    def _session(self, access: str, *, is_foreign: bool = False) -> Iterator[Session]:
        """Open a session that begins with the bookmarks of this process, or with foreign ones of the caller alone.

        What comes of foreign bookmarks stays with their caller: Neo4j hands on those of databases that it lacks.
        """
        caller = bookmarks.current()
        required = caller.texts
        session = self._driver.session(
            database=self.database,
            default_access_mode=access,
            bookmarks=Bookmarks.from_raw_values(required) if is_foreign else None,
            bookmark_manager=None if is_foreign else self._driver.execute_query_bookmark_manager,
        )
        with self.observer.session(), session:
            yield session
            state = session.last_bookmarks().raw_values
        if not is_foreign:
            self._own.add(state)
        caller.replace(required, state)

    def _probe(self) -> None:
        text, parameters = query("store/server").bound({})
        with self._session(READ_ACCESS) as session:
            session.run(Query(text, timeout=self.limits.query), parameters).consume()
        self.first_question()

    def _translated(self, attempt: Callable[[], T], *, starting: bool = False, writing: bool = False) -> T:
        if not starting:
            self._availability.require()
        try:
            return self._retried(attempt)
        except (DriverError, Neo4jError, LostRace) as error:
            meaning = translated(error, self.database, starting=starting, writing=writing)
            if means_away(error):
                self._availability.lose(meaning)
            raise meaning from error

    def _retried(self, attempt: Callable[[], T]) -> T:
        start = time.monotonic()
        for tries in count(1):
            try:
                return attempt()
            except (DriverError, Neo4jError, LostRace) as error:
                patience = _CONNECTION_SECONDS if means_away(error) else self.limits.query
                if not is_retryable(error, tries) or time.monotonic() - start > patience or self._availability.is_away:
                    raise
            self.observer.retried()
            time.sleep(min(_FIRST_WAIT * 2 ** min(tries, 10), _LONGEST_WAIT) * random.uniform(0.5, 1))  # noqa: S311
        raise AssertionError
