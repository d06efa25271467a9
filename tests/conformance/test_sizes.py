"""How much a store holds."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from tests.support.entries import artifact


@pytest.mark.parametrize("new_catalog", ["model", "local", "neo4j"], indirect=True)
def test_artifacts_and_edges_are_counted(backend: CatalogBackend) -> None:
    assert isinstance(backend, StoreBackend)
    assert backend.sizes() == (0, 0)
    backend.register(artifact("a"))
    backend.register(artifact("b", "a", "unregistered"))
    assert backend.sizes() == (3, 2)
    backend.remove_parents("b", "a")
    assert backend.sizes() == (3, 1)
