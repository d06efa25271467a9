"""Real stores for the tests, each started by the first test that needs it and empty at the start of every test.

neo4j_settings   how to reach the Neo4j of this run
neo4j_backend    the Neo4j backend
local_backend    the SQLite backend, on a file of the test's own
server_url       the service over Neo4j: the endpoint that clients are given
remote_backend   our client of that service
backend          each backend in turn, and the plain model that says what they have to answer
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from neo4j import Driver

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from tests.server.running import running
from tests.support.backends import BACKENDS
from tests.support.hypothesis import load_profile
from tests.support.model import ModelBackend
from tests.support.neo4j import LAST_WORDS, Neo4jSettings, emptied, running_neo4j, schema_ready
from tests.support.scratch import keep_in_memory

load_profile()
keep_in_memory()

# The optimising compiler of Java costs tests more than they gain by it: every Neo4j that they start does without.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")

# Programs that tests start keep their compiled modules, as those of `make` do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell ignores SIGINT in what it starts in the background, nohup SIGHUP; programs that tests start would inherit it.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Two at a time, each with a Neo4j of its own; one where a database is named, which all would empty.

    A third gains nothing on two cores: each Neo4j plans every query once.
    """
    return 1 if "NEO4J_TEST_URI" in os.environ else 2


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is imported and collected by now: a tenth of the time of short tests."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure how the database ended, if it did."""
    report = yield
    if report.failed:
        report.sections += [("Neo4j", said) for last_words in LAST_WORDS if (said := last_words())]
    return report


NewCatalog = Callable[[], CatalogBackend]
"""Gives an empty catalog; what it gave before is given up."""


@pytest.fixture(scope="session")
def neo4j_settings() -> Iterator[Neo4jSettings]:
    """Yield a real Neo4j: `NEO4J_TEST_URI`, else one in Docker, else an embedded one. Tests empty it."""
    with running_neo4j() as settings:
        yield settings


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_settings: Neo4jSettings) -> Iterator[Driver]:
    """Yield a driver with which tests read the graph itself, past the backend."""
    with neo4j_settings.driver() as driver:
        yield driver


@pytest.fixture(scope="session")
def shared_neo4j_backend(neo4j_settings: Neo4jSettings) -> Iterator[Neo4jCatalogBackend]:
    with schema_ready(neo4j_settings) as backend:
        yield backend


@pytest.fixture(scope="session")
def shared_server_url(neo4j_settings: Neo4jSettings) -> Iterator[str]:
    with schema_ready(neo4j_settings) as backend:
        # As a service does it: what is asked of the service is answered by the graph in memory, where it can be.
        backend.keep_graph(100_000_000)
        with running(backend) as url:
            yield url


@pytest.fixture(scope="session")
def shared_remote_backend(shared_server_url: str) -> Iterator[RemoteCatalogBackend]:
    with RemoteCatalogBackend(shared_server_url) as backend:
        yield backend


@pytest.fixture
def empty_neo4j(neo4j_driver: Driver, neo4j_settings: Neo4jSettings) -> Callable[[], None]:
    """Return a function that deletes everything in Neo4j but the schema."""
    return lambda: emptied(neo4j_driver, neo4j_settings.database)


@pytest.fixture
def neo4j_backend(shared_neo4j_backend: Neo4jCatalogBackend, empty_neo4j: Callable[[], None]) -> Neo4jCatalogBackend:
    empty_neo4j()
    return shared_neo4j_backend


@pytest.fixture
def local_backend(tmp_path: Path) -> Iterator[LocalCatalogBackend]:
    with LocalCatalogBackend(tmp_path / "catalog.db") as backend:
        yield backend


@pytest.fixture
def server_url(shared_server_url: str, empty_neo4j: Callable[[], None]) -> str:
    empty_neo4j()
    return shared_server_url


@pytest.fixture
def remote_backend(shared_remote_backend: RemoteCatalogBackend, server_url: str) -> RemoteCatalogBackend:
    return shared_remote_backend


@pytest.fixture(params=BACKENDS)
def new_catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewCatalog]:
    """Empty catalogs, of each backend in turn."""
    with ExitStack() as opened:

        def local() -> CatalogBackend:
            opened.close()
            return opened.enter_context(LocalCatalogBackend(_new_file(tmp_path)))

        def shared() -> CatalogBackend:
            request.getfixturevalue("empty_neo4j")()
            return request.getfixturevalue(f"shared_{request.param}_backend")  # type: ignore[no-any-return]

        yield {"model": ModelBackend, "local": local}.get(request.param, shared)


@pytest.fixture
def backend(new_catalog: NewCatalog) -> CatalogBackend:
    """Each backend in turn, empty."""
    return new_catalog()


def _new_file(folder: Path) -> Path:
    return folder / f"catalog-{len(list(folder.glob('catalog-*.db')))}.db"
