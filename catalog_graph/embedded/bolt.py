"""Bolt from the outside: a free port, and whether a Neo4j answers there with its password."""

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
    """Neo4j runs, but its database could not be opened, for the reason that it gives."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """What a Neo4j driver needs; the password is not shown when this is printed."""

    uri: str
    username: str
    password: str = field(repr=False)

    @property
    def port(self) -> int:
        """The Bolt port."""
        return int(self.uri.rpartition(":")[2])


def free_port(preferred: int | None) -> int:
    """`preferred` if it can be had, else any free port."""
    if preferred and port_is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a program could listen on `port` now."""
    with socket.socket() as probe:
        # As Java does: a port whose last connections are still fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_until_ready(settings: ConnectionSettings, seconds: float, is_running: Callable[[], bool]) -> bool:
    """Waits till Neo4j answers a query; False if it died or `seconds` passed.

    Raises the driver's AuthError, or DatabaseFailed.
    """
    deadline = time.monotonic() + seconds
    while is_running() and time.monotonic() < deadline:
        if _listens(settings.port) and _answers(settings):
            return True
        time.sleep(_POLL)
    return False


def holds_open(settings: ConnectionSettings) -> bool:
    """Whether a client has left a transaction open without a query in it.

    Neo4j terminates the queries that run when it is stopped, but waits for such a client, a minute and longer. (To kill
    its connection is no way out: the client would be told that its next commit had succeeded.)
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
        _log.debug("Neo4j is stopped without a look at its clients: %s", error)
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
    found, _, _ = driver.execute_query(_STATUS, database_="system", database=DATABASE)
    for status, message in found:
        if status != "online" and message:
            raise DatabaseFailed(message)
