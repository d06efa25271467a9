"""One file with two backends on it: FlowyML's (`theirs`) and ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


@pytest.fixture
def theirs(path: Path) -> FlowymlBackend:
    """Return FlowyML's backend, which creates the file."""
    return FlowymlBackend(str(path))


@pytest.fixture
def ours(path: Path) -> Iterator[LocalCatalogBackend]:
    with LocalCatalogBackend(path) as backend:
        yield backend
