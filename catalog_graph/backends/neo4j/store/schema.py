"""Makes and upgrades the schema: the migrations in `cypher/schema`, by number, each once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from neo4j.exceptions import DriverError, Neo4jError

from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.failures import READ_ONLY, translated
from catalog_graph.backends.neo4j.store.queries import names, query
from catalog_graph.errors import ConfigurationError, StoreUnavailable
from catalog_graph.instants import microseconds, now

OLDEST_NEO4J = (5, 26)
MIGRATION_SECONDS = 3600.0
"""An index over a large catalog takes its time."""
_LOCK = "schema"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, the query that makes it."""

    number: int
    name: str

    @property
    def made(self) -> str | None:
        """The name of the index or constraint that it makes; none where it changes what is stored."""
        return f"catalog_{self.name.partition('_')[2]}" if query(self.name).text.startswith("CREATE ") else None


def migrations() -> list[Migration]:
    """All steps, in order: `schema/001_lock_name` is number 1."""
    return [Migration(int(name.removeprefix("schema/")[:3]), name) for name in names("schema")]


def statements(steps: list[Migration] | None = None) -> str:
    """What an administrator has to run where the service may not: all indexes and constraints, unless they are there.

    What steps change in the data is left to the service, which has to be allowed to write.
    """
    schema = [query(step.name) for step in (migrations() if steps is None else steps) if step.made is not None]
    return "\n\n".join(f"// {found.purpose}\n{found.text};" for found in schema)


def ensure_schema(bolt: Bolt) -> int:
    """Bring the schema up to date and answer its number; any number of replicas may do so at once.

    Raises `ConfigurationError` where this database cannot be used, `StoreUnavailable` where it does not answer.
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
    """The version of the database server, as 2026.09.0."""
    [row] = bolt.read("store/server", starting=starting)
    return str(row["version"])


def require_supported(version: str) -> None:
    """`ConfigurationError` where this version of Neo4j is too old."""
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < OLDEST_NEO4J:
        oldest = ".".join(map(str, OLDEST_NEO4J))
        raise ConfigurationError(
            f"this is Neo4j {version}; catalog_graph needs {oldest} or later: upgrade the database"
        )


def schema_number(bolt: Bolt) -> int:
    """The number of the last migration that this database has seen."""
    [row] = bolt.read("store/schema_number")
    return int(row["number"])


def require_current(number: int) -> None:
    """`StoreUnavailable` where the schema is not the one that this program made."""
    wanted = migrations()[-1].number
    if number != wanted:
        raise StoreUnavailable(f"the schema in Neo4j has number {number}, this program needs {wanted}: restart it")


def _steps_left(number: int, steps: list[Migration]) -> list[Migration]:
    if number > steps[-1].number:
        raise ConfigurationError(
            f"the schema in Neo4j has number {number}, this catalog_graph knows {steps[-1].number}: "
            "a later one made it, so upgrade this one"
        )
    return [step for step in steps if step.number > number]


def _apply(bolt: Bolt, steps: list[Migration]) -> None:
    # The first step makes the lock unique, so it comes before the lock; it does nothing the second time.
    _make(bolt, steps[0], steps)
    with bolt.holding(MIGRATION_SECONDS) as lock:
        lock.run("store/take_locks", names=[_LOCK])
        [row] = lock.run("store/schema_number")
        left = _steps_left(row["number"], steps)
        for step in left:
            _make(bolt, step, left)
            lock.run("store/record_migration", number=step.number, name=step.name, now=microseconds(now()))


def _make(bolt: Bolt, step: Migration, left: list[Migration]) -> None:
    try:
        bolt.alone(step.name, MIGRATION_SECONDS)
    except (DriverError, Neo4jError) as error:
        if isinstance(error, DriverError) or error.is_retryable() or error.code in READ_ONLY or step.made is None:
            raise translated(error, bolt.database, starting=True) from error
        # A user without the right to make it is refused even where there is nothing left to make.
        if step.made in bolt.read("store/index_names", starting=True)[0]["names"]:
            return
        raise _refused(bolt, left, error) from error


def _refused(bolt: Bolt, left: list[Migration], error: Neo4jError) -> ConfigurationError:
    return ConfigurationError(
        f"Neo4j refuses to make the schema ({error.code}: {error.message}). Have someone who may run these statements "
        f"in database {bolt.database!r} (`catalog-graph schema --print` writes all of them), then start again:\n\n"
        f"{statements(left)}"
    )
