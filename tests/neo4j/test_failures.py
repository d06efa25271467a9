"""Translation of the driver's errors, and databases that are refused."""

import socket
import threading
from collections.abc import Callable

import pytest
from neo4j import Driver
from neo4j.exceptions import (
    AuthError,
    DatabaseError,
    DatabaseUnavailable,
    Forbidden,
    ServiceUnavailable,
    TransientError,
)

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.availability import STOPPED, Availability, means_away
from catalog_graph.backends.neo4j.store.failures import LOG_FAILED, LostRace, is_retryable, translated
from catalog_graph.backends.neo4j.store.schema import require_supported
from catalog_graph.errors import CatalogError, ConfigurationError, StoreFull, StoreUnavailable, TimeLimitReached
from tests.support.entries import artifact, chain
from tests.support.neo4j import Neo4jSettings
from tests.support.programs import wait_until


@pytest.mark.parametrize("version", ["5.26.0", "5.26.30", "5.27-aura", "2025.01.0", "2026.09.0", "5.26.0-alpha01"])
def test_supported_versions(version: str) -> None:
    require_supported(version)


@pytest.mark.parametrize("version", ["4.4.40", "5.25.1", "5.5.0", "3.5"])
def test_versions_that_are_too_old(version: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"Neo4j {version}; catalog_graph needs 5\.26 or later"):
        require_supported(version)


def test_a_wrong_password(neo4j_settings: Neo4jSettings) -> None:
    with Neo4jCatalogBackend(neo4j_settings.uri, neo4j_settings.username, "wrong") as backend:
        with pytest.raises(ConfigurationError, match="NEO4J_PASSWORD"):
            backend.ensure_schema()
        with pytest.raises(StoreUnavailable, match="NEO4J_PASSWORD"):
            backend.get("a")


def test_a_database_that_is_not_there(neo4j_settings: Neo4jSettings) -> None:
    s = neo4j_settings
    with (
        Neo4jCatalogBackend(s.uri, s.username, s.password, "nowhere") as backend,
        pytest.raises(ConfigurationError, match="no database 'nowhere'"),
    ):
        backend.ensure_schema()


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{free.getsockname()[1]}"
    with Neo4jCatalogBackend(uri, "neo4j", "x") as backend:
        for ask in (backend.check, backend.ensure_schema, lambda: backend.get("a")):
            with pytest.raises(StoreUnavailable, match="NEO4J_URI"):
                ask()
        with pytest.raises(StoreUnavailable):
            backend.register(artifact("a"))


@pytest.mark.parametrize("uri", ["", "localhost:7687", "http://localhost:7687", "bolt//x"])
def test_an_address_that_is_none(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="NEO4J_URI"):
        Neo4jCatalogBackend(uri, "neo4j", "x")


def test_the_time_limit(
    neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings, neo4j_driver: Driver
) -> None:
    neo4j_backend.register_many(chain("a", "b"))
    s = neo4j_settings
    with (
        Neo4jCatalogBackend(s.uri, s.username, s.password, s.database, write_timeout=0.2) as hasty,
        neo4j_driver.session(database=s.database) as session,
        session.begin_transaction() as other,
    ):
        other.run("MATCH (a:Artifact {artifact_id: 'a'}) SET a._held = true").consume()
        with pytest.raises(TimeLimitReached, match="time limit"):
            hasty.tag("a", {"stage": "production"})
        other.rollback()
    kept = neo4j_backend.get("a")
    assert kept is not None
    assert kept.tags == {}


@pytest.mark.parametrize(
    ("error", "at_start", "later"),
    [
        (AuthError("no"), ConfigurationError, StoreUnavailable),
        (Forbidden("no"), ConfigurationError, StoreUnavailable),
        (ServiceUnavailable("no"), StoreUnavailable, StoreUnavailable),
        (DatabaseUnavailable("no"), StoreUnavailable, StoreUnavailable),
        (TransientError("no"), StoreUnavailable, StoreUnavailable),
        (LostRace(), StoreUnavailable, StoreUnavailable),
    ],
)
def test_errors_in_our_terms(error: Exception, at_start: type[CatalogError], later: type[CatalogError]) -> None:
    assert type(translated(error, "neo4j", starting=True)) is at_start
    assert type(translated(error, "neo4j")) is later


class LogFailed(DatabaseError):
    code = LOG_FAILED


class Stopped(DatabaseError):
    code = STOPPED


def test_a_full_disk_is_told_in_words() -> None:
    """Of a Neo4j whose disk the service does not see."""
    error = translated(LogFailed("no"), "neo4j", writing=True)
    assert type(error) is StoreFull
    assert "its disk is full or broken" in error.message
    assert "its disk is full or broken" in translated(Stopped("no"), "neo4j").message
    assert means_away(Stopped("no"))
    assert not means_away(LogFailed("no"))


def test_what_is_tried_again() -> None:
    assert is_retryable(LostRace(), 10)
    assert not is_retryable(LostRace(), 20)
    assert is_retryable(TransientError("deadlock"), 100)
    assert is_retryable(ServiceUnavailable("gone"), 1)
    assert not is_retryable(ServiceUnavailable("gone"), 3)
    assert not is_retryable(AuthError("no"), 1)


def test_after_close_nothing_is_asked(neo4j_settings: Neo4jSettings) -> None:
    s = neo4j_settings
    backend = Neo4jCatalogBackend(s.uri, s.username, s.password, s.database)
    backend.close()
    asks: list[Callable[[], object]] = [
        backend.check,
        lambda: backend.get("a"),
        lambda: backend.register(artifact("a")),
    ]
    for ask in asks:
        with pytest.raises(StoreUnavailable):
            ask()


def test_a_database_that_is_back_answers_the_probe_before_all_others() -> None:
    others: list[type[Exception] | None] = []

    def other() -> None:
        try:
            availability.require()
            others.append(None)
        except StoreUnavailable:
            others.append(StoreUnavailable)

    def probe() -> None:
        availability.require()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    availability = Availability(probe)
    availability.lose(StoreUnavailable("it is away"))
    wait_until(lambda: not availability.is_away, 10)
    other()
    assert others == [StoreUnavailable, None]
