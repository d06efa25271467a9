"""The schema: made once, by any number of replicas at once, and never by an older program than the database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from neo4j import Driver

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store import schema
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.migrations import Migration, migrations
from catalog_graph.errors import ConfigurationError, StoreUnavailable
from tests.server.command import refusal
from tests.server.command import run as run_command
from tests.support.entries import artifact, ids
from tests.support.neo4j import Neo4jSettings

pytestmark = pytest.mark.slow

NEWEST = migrations()[-1].number


def backend_of(settings: Neo4jSettings) -> Neo4jCatalogBackend:
    return Neo4jCatalogBackend(settings.uri, settings.username, settings.password, settings.database)


def run(driver: Driver, settings: Neo4jSettings, text: str, **parameters: object) -> list[list[object]]:
    records = driver.execute_query(text, parameters, database_=settings.database).records
    return [list(record.values()) for record in records]


@pytest.fixture
def cypher(
    neo4j_driver: Driver, neo4j_settings: Neo4jSettings, neo4j_backend: Neo4jCatalogBackend
) -> Iterator[Callable[..., list[list[object]]]]:
    """Yield a function that runs a Cypher query; restore the schema afterwards."""
    yield lambda text, **parameters: run(neo4j_driver, neo4j_settings, text, **parameters)
    run(neo4j_driver, neo4j_settings, "MATCH (m:_CatalogMigration) DELETE m")
    neo4j_backend.ensure_schema()


def schema_of(cypher: Callable[..., list[list[object]]]) -> set[tuple[object, ...]]:
    rows = cypher("SHOW INDEXES YIELD name, state, type WHERE type <> 'LOOKUP' RETURN name, state")
    return {tuple(row) for row in rows}


def made() -> set[str]:
    """Return the names of all indexes and constraints."""
    return {step.made for step in migrations() if step.made}


def drop_everything(cypher: Callable[..., list[list[object]]]) -> None:
    cypher("MATCH (m:_CatalogMigration) DELETE m")
    for (name,) in cypher("SHOW CONSTRAINTS YIELD name"):
        cypher(f"DROP CONSTRAINT {name}")
    for (name,) in cypher("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        cypher(f"DROP INDEX {name}")


def test_the_schema_is_recorded_and_online(cypher: Callable[..., list[list[object]]]) -> None:
    assert schema_of(cypher) == {(name, "ONLINE") for name in made()}


def test_many_replicas_start_at_once(cypher: Callable[..., list[list[object]]], neo4j_settings: Neo4jSettings) -> None:
    for _ in range(3):
        drop_everything(cypher)
        with racing(neo4j_settings, 8) as answers:
            pass
        assert answers == [NEWEST] * 8
        assert schema_of(cypher) == {(name, "ONLINE") for name in made()}
        recorded = cypher("MATCH (m:_CatalogMigration) RETURN m.number, m.name ORDER BY m.number")
        assert recorded == [[step.number, step.name] for step in migrations()]


@contextmanager
def racing(settings: Neo4jSettings, count: int) -> Iterator[list[object]]:
    answers: list[object] = []
    start = Barrier(count)

    def ensure() -> None:
        with backend_of(settings) as backend:
            start.wait()
            try:
                answers.append(backend.ensure_schema())
            except Exception as error:
                answers.append(error)

    threads = [Thread(target=ensure) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield answers


def test_an_upgrade_makes_what_is_missing(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend
) -> None:
    neo4j_backend.register_many([artifact("m", "d", "gone"), artifact("gone", artifact_type="_CatalogLock")])
    neo4j_backend.delete("gone")
    neo4j_backend.set_alias("m", "champion", "m")
    found = "MATCH (a:Artifact) RETURN a.artifact_id, labels(a), a.card, a.terms ORDER BY a.artifact_id"
    whole = cypher(found)
    cypher("MATCH (a:Artifact {state: 'deleted'}) REMOVE a:`Type _CatalogLock`")
    cypher("MATCH (a:Artifact) REMOVE a.card")
    cypher("MATCH (a:Artifact {artifact_id: 'm'}) SET a.terms = a.terms[..-1]")
    cypher("MATCH (m:_CatalogMigration) WHERE m.number >= 9 DELETE m")
    cypher("DROP INDEX catalog_search_text")
    with pytest.raises(StoreUnavailable, match=f"number 8, this service needs {NEWEST}"):
        neo4j_backend.check()
    assert neo4j_backend.ensure_schema() == NEWEST
    assert neo4j_backend.check()["schema"] == NEWEST
    assert ("catalog_search_text", "ONLINE") in schema_of(cypher)
    assert cypher(found) == whole


def test_a_database_of_a_later_program(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend
) -> None:
    cypher("CREATE (:_CatalogMigration {number: 999})")
    with pytest.raises(ConfigurationError, match=r"number 999, .*upgrade"):
        neo4j_backend.ensure_schema()
    with pytest.raises(StoreUnavailable, match="999"):
        neo4j_backend.check()


def test_a_replica_of_an_earlier_version_changes_nothing(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend
) -> None:
    """What it wrote could lack what later versions rely on, as a graph in memory does on the change record."""
    neo4j_backend.register(artifact("a"))
    cypher("MATCH (lock:_CatalogLock {name: 'changes'}) SET lock.schema = $number", number=NEWEST + 1)
    writes: list[Callable[[], object]] = [
        lambda: neo4j_backend.register(artifact("b", "a")),
        lambda: neo4j_backend.register_many([artifact("b", "a"), artifact("c")]),
        lambda: neo4j_backend.tag("a", {"t": 1}),
        lambda: neo4j_backend.set_alias("a", "best", "a"),
        lambda: neo4j_backend.delete("a"),
        lambda: neo4j_backend.purge("a", force=True),
    ]
    for write in writes:
        with pytest.raises(StoreUnavailable, match=r"later catalog_graph .* upgrade it"):
            write()
    assert neo4j_backend.downstream("a").total == 0
    assert [(each.kind, each.artifact_id) for each in neo4j_backend.audit()] == [("registered", "a")]
    cypher("MATCH (lock:_CatalogLock {name: 'changes'}) SET lock.schema = $number", number=NEWEST)
    neo4j_backend.register(artifact("b", "a"))
    assert ids(neo4j_backend.downstream("a").nodes) == ["b"]


def test_earlier_versions_change_nothing_while_stored_data_are_rewritten(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    neo4j_backend.register(artifact("a"))
    cypher("MATCH (m:_CatalogMigration) DELETE m")
    refused: dict[str, object] = {}
    make = schema._make

    def looking(bolt: Bolt, step: Migration, left: Sequence[Migration]) -> None:
        [[refused[step.name]]] = cypher("MATCH (lock:_CatalogLock {name: 'changes'}) RETURN lock.schema")
        make(bolt, step, left)

    monkeypatch.setattr(schema, "_make", looking)
    assert neo4j_backend.ensure_schema() == NEWEST
    first = next(step.number for step in migrations() if step.rewrites)
    assert {step.number >= first: refused[step.name] for step in migrations()} == {False: None, True: NEWEST}


def test_a_schema_that_cannot_be_made(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend
) -> None:
    drop_everything(cypher)
    cypher("CREATE INDEX theirs FOR (a:Artifact) ON (a.artifact_id)")
    try:
        with pytest.raises(ConfigurationError) as caught:
            neo4j_backend.ensure_schema()
    finally:
        cypher("DROP INDEX theirs")
    message = str(caught.value)
    assert "There already exists an index" in message
    assert "CREATE CONSTRAINT catalog_artifact_id IF NOT EXISTS" in message
    assert "CREATE FULLTEXT INDEX catalog_terms" in message
    assert neo4j_backend.ensure_schema() == NEWEST


def test_readiness(neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings) -> None:
    answer = neo4j_backend.check()
    assert answer.pop("version")
    assert answer == {"store": "neo4j", "database": neo4j_settings.database, "schema": NEWEST}


def test_what_an_administrator_runs_is_all_of_the_schema(
    cypher: Callable[..., list[list[object]]], neo4j_backend: Neo4jCatalogBackend
) -> None:
    """Community has no roles, so this shows the statements right, and that a start afterwards makes nothing anew."""
    drop_everything(cypher)
    printed = run_command("schema", "--print")
    assert (printed.returncode, printed.stderr) == (0, "")
    for _ in range(2):
        for statement in printed.stdout.split(";\n"):
            if statement.strip():
                cypher(statement)
    ids = cypher("SHOW INDEXES YIELD id, name, type WHERE type <> 'LOOKUP' RETURN id, name ORDER BY id")
    assert neo4j_backend.ensure_schema() == NEWEST
    assert cypher("SHOW INDEXES YIELD id, name, type WHERE type <> 'LOOKUP' RETURN id, name ORDER BY id") == ids
    assert {name for _, name in ids} == made()


def test_the_schema_is_made_by_a_command_too(
    cypher: Callable[..., list[list[object]]], neo4j_settings: Neo4jSettings
) -> None:
    drop_everything(cypher)
    s = neo4j_settings
    settings = {"NEO4J_URI": s.uri, "NEO4J_USERNAME": s.username, "NEO4J_PASSWORD": s.password}
    done = run_command("schema", "--apply", **settings, NEO4J_DATABASE=s.database)
    assert (done.returncode, done.stderr) == (0, "")
    assert s.uri in done.stdout
    assert {name for name, _ in schema_of(cypher)} == made()


@pytest.mark.parametrize("arguments", [(), ("--print", "--apply"), ("--apply",)])
def test_a_schema_command_that_says_too_little_or_too_much(arguments: tuple[str, ...]) -> None:
    assert "--print or --apply" in (said := refusal("schema", *arguments)) or "NEO4J_URI" in said
