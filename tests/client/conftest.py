"""The client over its two everyday backends: the local file, and a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, LocalCatalogBackend, RemoteCatalogBackend
from tests.client.faults import FaultyWay
from tests.server.running import running


@pytest.fixture
def service_url(tmp_path: Path) -> Iterator[str]:
    """A service over an empty catalog."""
    with LocalCatalogBackend(tmp_path / "service.db") as kept, running(kept) as url:
        yield url


@pytest.fixture
def remote(service_url: str) -> Iterator[RemoteCatalogBackend]:
    with RemoteCatalogBackend(service_url) as backend:
        yield backend


@pytest.fixture
def faulty(service_url: str) -> Iterator[FaultyWay]:
    """A way to the service on which requests get lost as a test plans it."""
    with FaultyWay(service_url) as way:
        yield way


@pytest.fixture(params=["local", "service"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ArtifactCatalog]:
    """An empty catalog."""
    if request.param == "local":
        backend = LocalCatalogBackend(tmp_path / "catalog.db")
    else:
        backend = RemoteCatalogBackend(request.getfixturevalue("service_url"))
    with ArtifactCatalog(backend) as catalog:
        yield catalog
