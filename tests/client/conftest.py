"""The client over a local file and over a service, and a proxy that loses requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog, LocalCatalogBackend, RemoteCatalogBackend
from tests.client.faults import FaultyWay
from tests.server.running import running


@pytest.fixture
def service_url(tmp_path: Path) -> Iterator[str]:
    """Serve an empty local file; these tests get the same answers over every store."""
    with LocalCatalogBackend(tmp_path / "service.db") as kept, running(kept) as url:
        yield url


@pytest.fixture
def remote(service_url: str) -> Iterator[RemoteCatalogBackend]:
    with RemoteCatalogBackend(service_url) as backend:
        yield backend


@pytest.fixture
def faulty(service_url: str) -> Iterator[FaultyWay]:
    """Yield a transport to the service that loses requests as the test plans it."""
    with FaultyWay(service_url) as way:
        yield way


@pytest.fixture(params=["local_backend", "remote_backend"])
def catalog(request: pytest.FixtureRequest) -> ArtifactCatalog:
    """Return an empty catalog: a local file, or the service over Neo4j."""
    return ArtifactCatalog(request.getfixturevalue(request.param))
