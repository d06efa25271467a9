"""The driver's errors in the catalog's terms: which to retry, and what each means to a user."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ClientError,
    DriverError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from catalog_graph.backends.bookmarks import HEADER
from catalog_graph.backends.neo4j.store.availability import STOPPED
from catalog_graph.backends.neo4j.store.lag import behind
from catalog_graph.backends.neo4j.store.tls import not_secured
from catalog_graph.errors import (
    CatalogError,
    ConfigurationError,
    InvalidInput,
    LimitExceeded,
    StoreFull,
    StoreUnavailable,
    TimeLimitReached,
)

OUT_OF_MEMORY = "OutOfMemoryError"
LAGS = "Neo.TransientError.Transaction.BookmarkTimeout"
BOOKMARKS_INVALID = (
    "Neo.ClientError.Transaction.InvalidBookmark",
    "Neo.ClientError.Transaction.InvalidBookmarkMixture",
)
DATABASE_UNKNOWN = "Neo.ClientError.Database.DatabaseNotFound"
LOG_FAILED = "Neo.DatabaseError.Transaction.TransactionLogError"
READ_ONLY = (
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase",
    "Neo.ClientError.General.AccessMode",
)
_TIMED_OUT = (
    "TransactionTimedOut",
    "TransactionTimedOutClientConfiguration",
    "LockAcquisitionTimeout",
    "LockClientStopped",
)
_LOST_RACES = (
    "Neo.ClientError.Schema.ConstraintValidationFailed",
    "Neo.ClientError.Statement.EntityNotFound",
)
"""Another writer created the same node, or removed one, after this transaction had read."""
_MAX_CONNECTION_TRIES, _MAX_RACES = 3, 20


class LostRace(Exception):
    """Something that a transaction had read has changed since: it must begin again."""


def is_retryable(error: Exception, tries: int) -> bool:
    """Tell whether the same transaction may succeed now, after `tries` attempts."""
    code = getattr(error, "code", None) or ""
    if isinstance(error, LostRace) or code in _LOST_RACES:
        return tries < _MAX_RACES
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return tries < _MAX_CONNECTION_TRIES and error.is_retryable()
    return isinstance(error, Neo4jError) and error.is_retryable() and code != LAGS and not code.endswith(OUT_OF_MEMORY)


def translated(error: Exception, database: str, *, starting: bool = False, writing: bool = False) -> CatalogError:
    """Return the catalog's error for one of the driver's.

    `starting`: nothing was read over this connection yet; `writing`: the transaction changes the catalog.
    """
    refused = ConfigurationError if starting else StoreUnavailable
    code = getattr(error, "code", None) or type(error).__name__
    if reason := not_secured(error):
        return refused(reason)
    if isinstance(error, AuthError):
        return refused("Neo4j refuses the user name or the password: check NEO4J_USERNAME and NEO4J_PASSWORD")
    if code == DATABASE_UNKNOWN:
        return refused(f"Neo4j has no database {database!r}: check NEO4J_DATABASE")
    if code in READ_ONLY:
        return refused(
            f"Neo4j database {database!r} is read-only ({code}): make it writable, or set NEO4J_URI to the server that "
            "accepts its writes; in a cluster, use neo4j://"
        )
    if isinstance(error, Forbidden):
        return refused(
            f"the Neo4j user lacks rights in database {database!r} ({code}): let it read, write and change the schema"
        )
    if code == STOPPED:
        return StoreUnavailable(
            "the database has stopped, as Neo4j does if its disk is full or broken: make room, and restart Neo4j; the "
            "service restarts a Neo4j of its own"
        )
    if code == LOG_FAILED:
        return StoreFull(
            "Neo4j cannot write its transaction log: its disk is full or broken; the change may or may not have been "
            "made: make room, and send it again with the same idempotency key"
        )
    if code == LAGS:
        return behind()
    if code in BOOKMARKS_INVALID:
        return InvalidInput(f"{HEADER} cannot be read; send the one of an earlier answer", field=HEADER)
    if str(code).rpartition(".")[2] in _TIMED_OUT:
        return TimeLimitReached("Neo4j reached the time limit of one query: lower depth or limit, or try again later")
    if str(code).endswith(OUT_OF_MEMORY):
        if writing:
            return LimitExceeded(
                "Neo4j has no memory left for this change: send fewer artifacts at a time, or give it a larger heap"
            )
        return TimeLimitReached("Neo4j reached the memory limit of one query: lower depth or limit")
    if isinstance(error, ClientError):
        return CatalogError(f"Neo4j refused a query of the catalog ({code})")
    if isinstance(error, TransientError | LostRace):
        return StoreUnavailable(f"Neo4j is too busy to finish this now ({code}): try again")
    if isinstance(error, IncompleteCommit):
        return StoreUnavailable(
            "the connection to Neo4j was lost during the commit, so the change may or may not have been made: look, or "
            "send it again with the same idempotency key"
        )
    if isinstance(error, DriverError | Neo4jError):
        return StoreUnavailable(f"Neo4j does not answer ({code}): check NEO4J_URI, and that Neo4j is running")
    return CatalogError(f"unexpected {code}")
