"""A file that FlowyML wrote may hold cycles: every answer ends all the same, and says what it cannot."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flowyml.storage.catalog import LocalCatalogBackend as FlowymlBackend
from flowyml.storage.catalog.backend import CatalogEntry as FlowymlEntry

from catalog_graph.backends.local import LocalCatalogBackend
from tests.support.entries import ids


@pytest.fixture
def cyclic(tmp_path: Path) -> LocalCatalogBackend:
    """source -> a -> b -> c -> a, and c -> end."""
    path = tmp_path / "catalog.db"
    flowyml = FlowymlBackend(str(path))
    parents = {"source": [], "a": ["source", "c"], "b": ["a"], "c": ["b"], "end": ["c"], "self": ["self"]}
    for artifact_id, parent_ids in parents.items():
        flowyml.register(
            FlowymlEntry(artifact_id=artifact_id, name=artifact_id, artifact_type="Model", parent_ids=parent_ids)
        )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM artifacts").fetchone() == (6,)
    return LocalCatalogBackend(path)


def test_paths_have_no_end(cyclic: LocalCatalogBackend) -> None:
    with cyclic:
        found = cyclic.paths("source", "end")
        assert (found.count, found.cyclic, found.complete) == (None, True, False)
        assert [ids(path) for path in found.paths] == [["source", "a", "b", "c", "end"]]
        assert type(found).from_dict(found.to_dict()) == found


def test_the_other_answers_end(cyclic: LocalCatalogBackend) -> None:
    with cyclic:
        assert ids(cyclic.choke_points("end").points) == ["c", "b", "a", "source"]
        assert cyclic.choke_points("self").points == []
        assert cyclic.impact("a", production="id:end").by_depth == {1: 1, 2: 1, 3: 1}
        assert cyclic.impact("self").total == 0
        assert ids(cyclic.what_if("end", ["source"]).sourceless.cards) == ["end"]
        assert ids(cyclic.what_if("a", ["a"]).sourceless.cards) == ["b", "c", "end"]
        found = cyclic.diff("end", "b")
        assert (ids(found.common.cards), ids(found.only_left.cards)) == (["c", "b", "a", "source"], ["end"])
