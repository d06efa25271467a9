"""Empty catalogs of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from tests.server.running import running
from tests.support.backends import STORES

NewCatalog = Callable[[], CatalogBackend]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[NewCatalog]:
    """Give empty local catalogs."""
    with ExitStack() as opened:

        def new() -> CatalogBackend:
            number = len(list(tmp_path.glob("copy-*.db")))
            return opened.enter_context(LocalCatalogBackend(tmp_path / f"copy-{number}.db"))

        yield new


@pytest.fixture
def served(local: NewCatalog) -> Iterator[NewCatalog]:
    """Give empty catalogs of a service over a local file, beside those of the one Neo4j."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(RemoteCatalogBackend(opened.enter_context(running(local()))))


@pytest.fixture(params=STORES)
def new_store(request: pytest.FixtureRequest, local: NewCatalog) -> NewCatalog:
    """Give empty catalogs of each kind; those of a shared store take its place."""

    def shared() -> CatalogBackend:
        request.getfixturevalue("empty_neo4j")()
        return request.getfixturevalue(f"shared_{request.param}_backend")  # type: ignore[no-any-return]

    return local if request.param == "local" else shared
