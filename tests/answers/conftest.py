"""Catalogs for tests of answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flowyml.storage.catalog import LocalCatalogBackend as FlowymlBackend
from flowyml.storage.catalog.backend import CatalogEntry as FlowymlEntry

from catalog_graph import ArtifactCatalog
from catalog_graph.backends.local import LocalCatalogBackend
from tests.support.entries import artifact


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactCatalog:
    """Return a small catalog in the current folder, where commands look for one."""
    monkeypatch.chdir(tmp_path)
    for variable in ("FLOWYML_CATALOG_ENDPOINT", "FLOWYML_CATALOG_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    catalog = ArtifactCatalog()
    catalog.backend.register_many(
        [
            artifact("raw", name="=raw|*data*", content_hash="h", at=0),
            artifact("copy", name="copy", content_hash="h", at=1),
            artifact("model", "raw", "stub", name="model", artifact_type="Model", tags={"stage": "production"}, at=2),
            artifact("report", "model", "copy", name="re\u202eport", artifact_type="Report", at=3),
            artifact("other", "copy", name="model", artifact_type="Model", tags={"stage": "dev"}, at=4),
        ]
    )
    return catalog


@pytest.fixture
def cyclic(tmp_path: Path) -> Iterator[LocalCatalogBackend]:
    """Yield a catalog with cycles, which FlowyML wrote: source -> a -> b -> c -> a, c -> end; self -> self."""
    path = tmp_path / "catalog.db"
    flowyml = FlowymlBackend(str(path))
    parents = {"source": [], "a": ["source", "c"], "b": ["a"], "c": ["b"], "end": ["c"], "self": ["self"]}
    for artifact_id, parent_ids in parents.items():
        flowyml.register(
            FlowymlEntry(artifact_id=artifact_id, name=artifact_id, artifact_type="Model", parent_ids=parent_ids)
        )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM artifacts").fetchone() == (6,)
    with LocalCatalogBackend(path) as backend:
        yield backend
