"""A cycle that FlowyML wrote has no order in which it could be sealed."""

from __future__ import annotations

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.catalog.catalog import ArtifactCatalog
from catalog_graph.errors import CycleRefused
from tests.local.file import entry
from tests.support.seals import PRIVATE, PUBLIC


def test_a_cycle_is_refused_with_its_path_and_breaks_a_seal(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    for artifact_id, parents in {"raw": [], "a": ["raw"], "b": ["a"], "c": ["b"]}.items():
        theirs.register(entry(artifact_id, *parents))
    catalog = ArtifactCatalog(ours)
    seal = catalog.seal("c", PRIVATE)
    theirs.register(entry("a", "raw", "b"))
    for artifact_id in ("a", "c"):
        with pytest.raises(CycleRefused) as refused:
            catalog.seal(artifact_id, PRIVATE)
        assert set(refused.value.details["path"]) == {"a", "b"}
    answer = catalog.verify(seal, PUBLIC)
    assert (answer.outcome, answer.checks[-1].name) == ("fail", "catalog")
