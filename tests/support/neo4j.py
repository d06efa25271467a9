"""The Neo4j that tests run on: always a real one, and always emptied, so never name one that holds anything."""

from __future__ import annotations

import gc
import os
import secrets
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.embedded.releases import LTS, NEWEST, Release
from catalog_graph.embedded.testing import temporary_embedded
from catalog_graph.errors import CatalogError

LINES = {"newest": NEWEST, "lts": LTS}
"""Values of `NEO4J_TEST_LINE`; the default is the newest."""

_IN_DOCKER = {
    "NEO4J_server_memory_heap_max__size": "512m",
    "NEO4J_server_memory_pagecache_size": "128m",
    "NEO4J_dbms_usage__report_enabled": "false",
    # As the embedded one for tests: half the processor time for a start, and for tests that empty the database.
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
    "NEO4J_dbms_cypher_min__replan__interval": "10h",
}
_START_SECONDS = 300
LAST_WORDS: list[Callable[[], str]] = []
"""Functions that return what a database said before it ended; empty while it runs. A failing test shows it."""
CONTENT: dict[object, object] = {}
"""What `tests.support.kept` filled the database with since it was emptied, and what it gave the tests."""


@dataclass(frozen=True, slots=True)
class Neo4jSettings:
    """Address and credentials of the test database."""

    uri: str
    username: str
    password: str
    database: str = "neo4j"

    @contextmanager
    def driver(self) -> Iterator[Driver]:
        """Yield a driver with which tests read the graph itself, past the backend."""
        auth = (self.username, self.password)
        severity = NotificationMinimumSeverity.OFF
        with GraphDatabase.driver(self.uri, auth=auth, notifications_min_severity=severity) as driver:
            yield driver


@contextmanager
def running_neo4j() -> Iterator[Neo4jSettings]:
    """Yield the Neo4j of `NEO4J_TEST_URI`, else one in Docker, else an embedded one; fail the test if none starts."""
    if uri := os.environ.get("NEO4J_TEST_URI"):
        yield Neo4jSettings(
            uri,
            os.environ.get("NEO4J_TEST_USERNAME", "neo4j"),
            os.environ.get("NEO4J_TEST_PASSWORD", ""),
            os.environ.get("NEO4J_TEST_DATABASE", "neo4j"),
        )
    elif _docker_answers():
        with _in_docker(os.environ.get("NEO4J_TEST_IMAGE") or image_of(release_asked_for())) as settings:
            yield settings
    else:
        with _embedded() as settings:
            yield settings


def release_asked_for() -> Release:
    """Return the release of the line that `NEO4J_TEST_LINE` names."""
    return LINES[os.environ.get("NEO4J_TEST_LINE", "newest")]


def image_of(release: Release) -> str:
    """Return the image of a release's line, with its latest patches."""
    return f"neo4j:{release.version.rpartition('.')[0]}-community"


@contextmanager
def schema_ready(settings: Neo4jSettings) -> Iterator[Neo4jCatalogBackend]:
    """Yield a backend whose schema is complete."""
    with Neo4jCatalogBackend(settings.uri, settings.username, settings.password, settings.database) as backend:
        backend.ensure_schema()
        yield backend


@contextmanager
def _in_docker(image: str) -> Iterator[Neo4jSettings]:
    from testcontainers.community.neo4j import Neo4jContainer
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.max_tries = _START_SECONDS
    password = secrets.token_urlsafe(16)
    container = Neo4jContainer(image, username="neo4j", password=password)
    for name, value in _IN_DOCKER.items():
        container.with_env(name, value)
    with container:
        LAST_WORDS.append(lambda: "" if container.status == "running" else container.get_logs()[0].decode()[-4000:])
        yield Neo4jSettings(container.get_connection_url(), "neo4j", password)


@contextmanager
def _embedded() -> Iterator[Neo4jSettings]:
    with ExitStack() as stack:
        try:
            neo4j = stack.enter_context(temporary_embedded(release=release_asked_for()))
        except (CatalogError, OSError) as error:
            pytest.fail(
                "these tests need a real Neo4j and there is none: NEO4J_TEST_URI is not set, no Docker engine answers, "
                f"and the embedded one does not start ({error})",
                pytrace=False,
            )
        LAST_WORDS.append(lambda: "" if neo4j.is_running else neo4j.last_words())
        yield Neo4jSettings(neo4j.connection.uri, neo4j.connection.username, neo4j.connection.password)


def _docker_answers() -> bool:
    with warnings.catch_warnings():
        # Where no engine listens, Docker's client leaves its socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        answers = _ping()
        gc.collect()
    return answers


def _ping() -> bool:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()


def emptied(driver: Driver, database: str) -> None:
    """Delete everything in the database but the schema and the record of its migrations; no edge may be there twice."""
    CONTENT.clear()
    with driver.session(database=database) as session:
        twice = session.run(
            "MATCH (a)-[r:DERIVED_FROM]->(b) WITH a, b, count(*) AS n WHERE n > 1 RETURN a.artifact_id, b.artifact_id"
        ).values()
        session.run(
            "MATCH (n) WHERE NOT n:_CatalogMigration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
        ).consume()
    assert not twice, f"the test before left edges that are there twice: {twice}"
