"""Fixtures for real FlowyML pipelines in a temporary folder, recorded into a file and into a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.remote.backend import RemoteCatalogBackend
from catalog_graph.integrations import flowyml as lineage

FLOWYML_LEAVES_FILES_OPEN = "ignore::ResourceWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(FLOWYML_LEAVES_FILES_OPEN))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a temporary working folder, in which FlowyML keeps its cache, its checkpoints and its catalog."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWYML_CATALOG_ENDPOINT", raising=False)
    monkeypatch.delenv("FLOWYML_CATALOG_API_KEY", raising=False)
    return tmp_path


@pytest.fixture(params=["file", "service"])
def catalog(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CatalogBackend]:
    """Yield the empty catalog in which FlowyML registers: the file in the folder, or the environment's service."""
    if request.param == "file":
        with LocalCatalogBackend(folder / ".flowyml" / "catalog.db") as backend:
            yield backend
    else:
        endpoint = request.getfixturevalue("server_url")
        monkeypatch.setenv("FLOWYML_CATALOG_ENDPOINT", endpoint)
        with RemoteCatalogBackend(endpoint) as backend:
            yield backend


@pytest.fixture
def recorded(catalog: CatalogBackend) -> Iterator[CatalogBackend]:
    """Yield the same catalog, with recording enabled."""
    lineage.enable()
    yield catalog
    lineage.disable()
