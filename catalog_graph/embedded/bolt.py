"""The Bolt port of an embedded Neo4j: choosing a free one, and waiting until Neo4j answers there."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neo4j import Driver

HOST = "127.0.0.1"
DATABASE = "neo4j"
_POLL = 0.05
_STATUS = (
    "SHOW DATABASES YIELD name, currentStatus, statusMessage WHERE name = $database RETURN currentStatus, statusMessage"
)
_IDLE = """
SHOW TRANSACTIONS YIELD connectionId, currentQueryId
WHERE connectionId <> '' AND currentQueryId = ''
RETURN count(*) AS idle
"""

_log = logging.getLogger(__name__)


class DatabaseFailed(Exception):
    """Neo4j runs but could not open its database; the message is Neo4j's own."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Address and credentials for a Neo4j driver; `repr` leaves the password out."""

    uri: str
    username: str
    password: str = field(repr=False)

    @property
    def port(self) -> int:
        """The Bolt port."""
        return int(self.uri.rpartition(":")[2])


def free_port(preferred: int | None) -> int:
    """Return `preferred` if that port is free, else any free port."""
    if preferred and port_is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Return True if a program could listen on `port` now."""
    with socket.socket() as probe:
        # Java sets it too: a port whose last connections are in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_until_ready(settings: ConnectionSettings, seconds: float, is_running: Callable[[], bool]) -> bool:
    """Wait until Neo4j answers a query; return False if its process ended or `seconds` passed.

    Raises the driver's `AuthError`, or `DatabaseFailed`.
    """
    deadline = time.monotonic() + seconds
    while is_running() and time.monotonic() < deadline:
        if _listens(settings.port) and _answers(settings):
            return True
        time.sleep(_POLL)
    return False


def database_fails(settings: ConnectionSettings) -> bool:
    """Return True if Neo4j answers, but its database does not: it has stopped after an error, as of a full disk."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    auth = (settings.username, settings.password)
    try:
        with (
            GraphDatabase.driver(settings.uri, auth=auth, connection_timeout=2) as driver,
            driver.session(database=DATABASE) as session,
        ):
            session.run("RETURN 1").consume()
    except AuthError:
        return False
    except Neo4jError as error:
        _log.debug("The database does not answer: %s", error)
        return True
    except (DriverError, OSError):
        return False
    return False


def has_idle_transaction(settings: ConnectionSettings) -> bool:
    """Return True if a client holds a transaction open in which no query runs.

    When it is stopped, Neo4j terminates running queries but waits for such a client, for a minute and longer. (Killing
    the client's connection would not help: the client's next commit would report success.)
    """
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, Neo4jError

    auth = (settings.username, settings.password)
    try:
        with (
            GraphDatabase.driver(settings.uri, auth=auth, connection_timeout=2) as driver,
            driver.session(database=DATABASE) as session,
        ):
            return bool(session.run(_IDLE).single(strict=True)["idle"])
    except (DriverError, Neo4jError, OSError) as error:
        _log.debug("Open transactions could not be listed before Neo4j is stopped: %s", error)
        return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(settings: ConnectionSettings) -> bool:
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    auth = (settings.username, settings.password)
    try:
        with GraphDatabase.driver(
            settings.uri, auth=auth, connection_timeout=5, max_transaction_retry_time=0
        ) as driver:
            try:
                driver.execute_query("RETURN 1", database_=DATABASE)
            except Neo4jError:
                _raise_if_failed(driver)
                raise
    except AuthError:
        raise
    except (DriverError, Neo4jError, OSError):
        return False
    return True


def _raise_if_failed(driver: Driver) -> None:
    rows, _, _ = driver.execute_query(_STATUS, database_="system", database=DATABASE)
    for status, message in rows:
        if status != "online" and message:
            raise DatabaseFailed(message)
