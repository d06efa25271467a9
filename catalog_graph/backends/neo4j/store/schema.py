"""Create and upgrade the schema, by its migrations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neo4j.exceptions import DriverError, Neo4jError

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.failures import READ_ONLY, translated
from catalog_graph.backends.neo4j.store.migrations import Migration, migrations, statements
from catalog_graph.backends.neo4j.store.reindexing import reindex
from catalog_graph.errors import ConfigurationError, StoreUnavailable
from catalog_graph.instants import microseconds, now

OLDEST_NEO4J = (5, 26)
MIGRATION_SECONDS = 3600.0
"""Time limit of one migration; an index over a large catalog takes minutes."""
_LOCK = "schema"
_REINDEXING = ("schema/026_search",)
"""Steps after which all artifacts are indexed again; their query stores a batch."""


def ensure_schema(bolt: Bolt) -> int:
    """Upgrade the schema and return its number; any number of replicas may do so at the same time.

    Raise `ConfigurationError` if this database cannot be used, `StoreUnavailable` if it does not answer.
    """
    require_supported(server_version(bolt, starting=True))
    steps = migrations()
    if _steps_left(schema_number(bolt), steps):
        _apply(bolt, steps)
    try:
        bolt.alone("store/await_indexes", MIGRATION_SECONDS, seconds=int(MIGRATION_SECONDS))
    except (DriverError, Neo4jError) as error:
        raise translated(error, bolt.database, starting=True) from error
    return steps[-1].number


def server_version(bolt: Bolt, *, starting: bool = False) -> str:
    """Return the version of the database server, such as 2026.09.0, and note whether it may be one of a cluster."""
    [row] = bolt.read("store/server", starting=starting)
    bolt.has_followers = bolt.is_routed and row["edition"] != "community"
    return str(row["version"])


def require_supported(version: str) -> None:
    """Raise `ConfigurationError` if this version of Neo4j is too old."""
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < OLDEST_NEO4J:
        oldest = ".".join(map(str, OLDEST_NEO4J))
        raise ConfigurationError(
            f"this is Neo4j {version}; catalog_graph needs {oldest} or later: upgrade the database"
        )


def schema_number(bolt: Bolt) -> int:
    """Return the number of the last migration of this database."""
    [row] = bolt.read("store/schema_number")
    return int(row["number"])


def require_current(number: int) -> None:
    """Raise `StoreUnavailable` if the schema is not that of this version."""
    current = migrations()[-1].number
    if number != current:
        raise StoreUnavailable(
            f"the schema in Neo4j has number {number}, this service needs {current}: restart the service to upgrade it"
        )


def _steps_left(number: int, steps: Sequence[Migration]) -> Sequence[Migration]:
    if number > steps[-1].number:
        raise ConfigurationError(
            f"the schema in Neo4j has number {number}, made by a later catalog_graph; this one supports number "
            f"{steps[-1].number} at most: upgrade catalog_graph"
        )
    return [step for step in steps if step.number > number]


def _apply(bolt: Bolt, steps: Sequence[Migration]) -> None:
    # The first step makes the lock unique, so it comes before the lock; it does nothing the second time.
    _make(bolt, steps[0], steps)
    with bolt.holding(MIGRATION_SECONDS) as lock:
        lock.run("store/take_locks", names=[_LOCK])
        [row] = lock.run("store/schema_number")
        left = _steps_left(row["number"], steps)
        [catalog] = lock.run("store/is_empty")
        for step in left:
            if not step.rewrites:
                _make(bolt, step, left)
            elif not catalog["is_empty"]:
                # What an earlier version wrote behind the step would lack what it gives.
                _refuse_earlier(bolt, steps)
                _make(bolt, step, left)
            lock.run("store/record_migration", number=step.number, name=step.name, now=microseconds(now()))
        _refuse_earlier(bolt, steps)


def _refuse_earlier(bolt: Bolt, steps: Sequence[Migration]) -> None:
    with bolt.holding(MIGRATION_SECONDS) as transaction:
        transaction.run("store/refuse_earlier", number=steps[-1].number)


def _make(bolt: Bolt, step: Migration, left: Sequence[Migration]) -> None:
    if step.name in _REINDEXING:
        reindex(bolt, step.name)
        return
    try:
        bolt.alone(step.name, MIGRATION_SECONDS)
    except (DriverError, Neo4jError) as error:
        if isinstance(error, DriverError) or error.is_retryable() or error.code in READ_ONLY:
            raise translated(error, bolt.database, starting=True) from error
        if not (step.made or step.dropped):
            raise translated(error, bolt.database, starting=True) from error
        # A user without the right to create or drop it is refused even if there is nothing to do.
        present = bolt.read("store/index_names", starting=True)[0]["names"]
        if step.made in present or (step.dropped and step.dropped not in present):
            return
        raise _refused(bolt, left, error) from error


def _refused(bolt: Bolt, left: Sequence[Migration], error: Neo4jError) -> ConfigurationError:
    return ConfigurationError(
        f"Neo4j refuses to make the schema ({error.code}: {error.message}). Have someone who may run these statements "
        f"in database {bolt.database!r} (`catalog-graph schema --print` writes all of them), then start again:\n\n"
        f"{statements(left)}"
    )
