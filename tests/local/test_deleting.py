"""Rows that FlowyML or another program deletes: they behave as those that we delete."""

from __future__ import annotations

from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.errors import Conflict, NotFound
from tests.conformance.test_as_of import moment
from tests.local.file import entry, sql
from tests.support.entries import artifact, chain, ids


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


@pytest.fixture
def ours(path: Path) -> LocalCatalogBackend:
    return LocalCatalogBackend(path)


def delete(path: Path, *artifact_ids: str) -> None:
    """Delete rows as any program may."""
    for artifact_id in artifact_ids:
        sql(path, f"DELETE FROM artifacts WHERE artifact_id = '{artifact_id}'")


def test_a_leaf_is_hidden(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register_many(chain("a", "b", "c"))
    before = ours.get("c")
    then = moment()
    delete(path, "c")
    assert ids(ours.downstream("a").nodes) == ["b"]
    assert ours.neighbours("c") is None
    assert ids(ours.downstream("a", as_of=then).nodes) == ["b", "c"]
    assert ours.undelete("c") == before
    assert ids(ours.downstream("a").nodes) == ["b", "c"]


@pytest.mark.parametrize("read_between", [True, False])
def test_deleted_and_registered_again(ours: LocalCatalogBackend, path: Path, *, read_between: bool) -> None:
    theirs = FlowymlBackend(str(path))
    ours.register_many([*chain("wrong", "leaf"), *chain("old", "middle", "child")])
    then = moment()
    for artifact_id in ("leaf", "middle"):
        delete(path, artifact_id)
        if read_between:
            ours.list_artifacts()
        theirs.register(entry(artifact_id, "new"))
    assert ids(ours.upstream("leaf").nodes) == ["new"]
    assert ids(ours.upstream("middle").nodes) == ["new", "old"]
    assert sorted(theirs.get("middle").parent_ids) == ["new", "old"]
    assert ids(ours.upstream("leaf", as_of=then).nodes) == ["wrong"]
    assert ids(ours.upstream("child").nodes) == ["middle", "new", "old"]


def test_written_and_deleted_between_two_of_our_readings(ours: LocalCatalogBackend, path: Path) -> None:
    FlowymlBackend(str(path)).register(entry("a", "p", name="for a moment"))
    then = moment()
    delete(path, "a")
    assert ours.neighbours("a") is None
    root = ours.upstream("a", as_of=then).root
    assert (root.name, root.state) == ("for a moment", "registered")
    ours.register(artifact("b", "a"))
    assert ids(ours.upstream("b").nodes) == ["a", "p"]


def test_a_row_that_nobody_kept(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a"))
    delete(path, "a")
    ours.list_artifacts()
    sql(path, "DELETE FROM cg_deleted")
    with pytest.raises(Conflict, match="keeps no record of it"):
        ours.undelete("a")
    with pytest.raises(NotFound):
        ours.undelete("b")


def test_odd_values_come_back_as_they_were(ours: LocalCatalogBackend, path: Path) -> None:
    """FlowyML writes NaN, and other programs anything."""
    ours.list_artifacts()
    sql(
        path,
        "INSERT INTO artifacts (artifact_id, name, artifact_type, tags, metadata, created_at) "
        "VALUES ('a', 'a', 'T', '{\"f1\": NaN}', 'no JSON', 'yesterday')",
    )
    ours.list_artifacts()
    rows = sql(path, "SELECT * FROM artifacts")
    ours.delete("a")
    ours.undelete("a")
    assert sql(path, "SELECT * FROM artifacts") == rows


def test_an_earlier_version_kept_the_edges_of_deleted_leaves(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register_many([*chain("a", "b", "c", "d", "leaf"), artifact("child", "b")])
    deleted = {}
    for artifact_id in ("c", "d", "leaf", "b"):
        ours.delete(artifact_id)
        deleted[artifact_id] = moment()
    ours.close()
    # As version 5 of the tables would have it.
    sql(path, "INSERT INTO cg_edge SELECT child, parent, 0, created FROM cg_was_edge")
    later = "deleted life change change_of key seal event_document event_use erasure erasure_item webhook lease"
    for table in later.split():
        sql(path, f"DROP TABLE cg_{table}")
    for table, rows in (("cg_was_edge", "1"), ("cg_meta", "name LIKE 'changes_%'")):
        sql(path, f"DELETE FROM {table} WHERE {rows}")
    sql(path, "UPDATE cg_meta SET value = 5 WHERE name = 'schema'")
    with LocalCatalogBackend(path) as upgraded:
        assert ids(upgraded.downstream("a").nodes) == ["b", "child"]
        assert ids(upgraded.upstream("child").nodes) == ["b", "a"]
        assert upgraded.neighbours("c") is None
        for artifact_id in ("leaf", "b"):
            with pytest.raises(Conflict):
                upgraded.undelete(artifact_id)
        assert ids(upgraded.downstream("a", as_of=deleted["leaf"]).nodes) == ["b", "child"]
        delete(path, "child")
        assert upgraded.downstream("a").total == 0
        assert upgraded.undelete("child").parent_ids == ["b"]
