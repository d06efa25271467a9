"""FlowyML's backend and ours write to one file in turn."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.errors import CycleRefused
from tests.local.file import entry, insert, past_edges, present_edges, sql
from tests.support.entries import artifact, depths, ids


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the machine's zone to Berlin, two hours ahead of UTC in summer."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def table_definition(path: Path) -> tuple[list[object], set[str]]:
    columns = sql(path, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('artifacts')")
    return [*columns], {row[0] for row in sql(path, "SELECT name FROM pragma_index_list('artifacts')")}


def test_our_table_equals_flowymls(tmp_path: Path) -> None:
    FlowymlBackend(str(tmp_path / "theirs.db"))
    LocalCatalogBackend(tmp_path / "ours.db").close()
    assert table_definition(tmp_path / "ours.db") == table_definition(tmp_path / "theirs.db")


def test_flowymls_table_stays_as_it_is(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", tags={"x": "1"}))
    before = sql(path, "SELECT sql FROM sqlite_master WHERE tbl_name = 'artifacts' AND type IN ('table', 'index')")
    rows = sql(path, "SELECT rowid, * FROM artifacts")
    ours.get("a")
    ours.register(artifact("b", "a"))
    after = sql(path, "SELECT sql FROM sqlite_master WHERE tbl_name = 'artifacts' AND type IN ('table', 'index')")
    assert before == after
    assert sql(path, "SELECT rowid, * FROM artifacts")[:1] == rows


def test_the_journal_mode_of_the_file_stays(theirs: FlowymlBackend, path: Path) -> None:
    before = sql(path, "PRAGMA journal_mode")
    with LocalCatalogBackend(path) as ours:
        ours.register(artifact("a"))
    assert sql(path, "PRAGMA journal_mode") == before == [("delete",)]


def test_flowyml_opens_our_file(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a", tags={"stage": "production", "naïve": ["☕", 1.5]}, metadata={"rows": 3}, version="2"))
    kept = FlowymlBackend(str(path)).get("a")
    assert (kept.name, kept.version, kept.metadata) == ("a", "2", {"rows": 3})
    assert kept.tags == {"stage": "production", "naïve": ["☕", 1.5]}


def test_we_read_what_flowyml_registers(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("raw"))
    theirs.register(entry("features", "raw", tags={"stage": "production"}, content_hash="h1"))
    kept = ours.get("features")
    assert kept is not None
    assert (kept.parent_ids, kept.tags, kept.state) == (["raw"], {"stage": "production"}, "registered")
    assert ids(ours.search("featur stage:production")) == ["features"]
    assert ids(ours.list_artifacts(tags={"stage": "production"})) == ["features"]
    assert depths(ours.upstream("features")) == {"raw": 1}
    by_hash = ours.find_by_content_hash("h1")
    assert by_hash is not None
    assert by_hash.artifact_id == "features"


def test_flowyml_reads_what_we_register(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    ours.register_many([artifact("raw"), artifact("features", "raw", tags={"stage": "x"}, content_hash="h1")])
    lineage = theirs.get_lineage("features")
    assert [p["artifact_id"] for p in lineage["parents"]] == ["raw"]
    assert [c["artifact_id"] for c in theirs.get_lineage("raw")["children"]] == ["features"]
    assert theirs.find_by_content_hash("h1").artifact_id == "features"
    assert [e.artifact_id for e in theirs.list_artifacts(tags={"stage": "x"})] == ["features"]


def test_a_chain_written_by_both_in_turn(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    for number in range(0, 20, 2):
        theirs.register(entry(f"n{number}", *([f"n{number - 1}"] if number else [])))
        ours.register(artifact(f"n{number + 1}", f"n{number}"))
    assert depths(ours.upstream("n19")) == {f"n{n}": 19 - n for n in range(19)}
    assert present_edges(path) == {(f"n{n + 1}", f"n{n}") for n in range(19)}


def test_an_instant_without_an_offset_is_local(theirs: FlowymlBackend, ours: LocalCatalogBackend, berlin: None) -> None:
    theirs.register(entry("a", created_at="2026-07-01T12:00:00.5"))
    kept = ours.get("a")
    assert kept is not None
    assert kept.created_at == "2026-07-01T10:00:00.500000+00:00"


def test_flowyml_sorts_our_artifacts_among_its_own(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, berlin: None
) -> None:
    theirs.register(entry("first", created_at="2026-07-01T12:00:00"))
    ours.register(artifact("second", created_at="2026-07-01T10:30:00+00:00"))
    theirs.register(entry("third", created_at="2026-07-01T13:00:00.000001"))
    newest_first = ["third", "second", "first"]
    assert [e.artifact_id for e in theirs.list_artifacts()] == ids(ours.list_artifacts()) == newest_first


def test_a_replacement_replaces_everything(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("c", "p", "q", tags={"ours": 1}, metadata={"m": 1}, version="4"))
    theirs.register(entry("c", "q", "r", name="new", tags={"theirs": "2"}))
    kept = ours.get("c")
    assert kept is not None
    assert (kept.name, kept.parent_ids, kept.tags, kept.metadata) == ("new", ["q", "r"], {"theirs": "2"}, {})
    assert kept.version is None
    assert present_edges(path) == {("c", "q"), ("c", "r")}
    assert past_edges(path) == [("c", "p")]
    assert ids(ours.search("ours:1")) == []


def test_edges_of_a_moment_become_history(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    for parents in (["p"], ["q"], ["p", "r"], []):
        theirs.register(entry("c", *parents))
    ours.get("c")
    assert present_edges(path) == set()
    assert past_edges(path) == [("c", "p"), ("c", "q"), ("c", "p"), ("c", "r")]


def test_a_deletion_by_sql_leaves_a_tombstone(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("raw", version="v3"))
    theirs.register(entry("features", "raw"))
    theirs.register(entry("alone"))
    ours.get("raw")
    sql(path, "DELETE FROM artifacts WHERE artifact_id IN ('raw', 'alone')")
    assert ours.get("raw") is None
    assert ids(ours.list_artifacts()) == ["features"]
    lineage = ours.get_lineage("features")
    assert [(p["artifact_id"], p["state"], p["version"]) for p in lineage["parents"]] == [("raw", "deleted", "v3")]
    assert ours.neighbours("alone") is None


def test_an_artifact_of_a_moment_leaves_its_edges(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    theirs.register(entry("child", "raw"))
    theirs.register(entry("gone", "raw"))
    sql(path, "DELETE FROM artifacts WHERE artifact_id = 'gone'")
    assert ids(ours.get_lineage("raw")["children"]) == ["child"]
    assert past_edges(path) == [("gone", "raw")]
    assert ours.undelete("gone").parent_ids == ["raw"]
    assert ids(ours.get_lineage("raw")["children"]) == ["child", "gone"]


def test_flowyml_does_not_see_what_we_deleted(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    ours.register_many([artifact("raw"), artifact("features", "raw")])
    ours.delete("raw")
    assert theirs.get("raw") is None
    assert [e.artifact_id for e in theirs.list_artifacts()] == ["features"]


def test_flowyml_revives_what_we_deleted(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    ours.register_many([artifact("raw", tags={"x": 1}), artifact("features", "raw")])
    ours.delete("raw")
    theirs.register(entry("raw"))
    kept = ours.get("raw")
    assert kept is not None
    assert kept.tags == {}
    assert depths(ours.downstream("raw")) == {"features": 1}


def test_versions_continue_flowymls(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a", name="model", version="v7"))
    assert ours.register_many([artifact("b", name="model")])[0].version == "8"
    theirs.register(entry("c", name="model", version="12"))
    ours.get("c")
    sql(path, "DELETE FROM artifacts WHERE artifact_id = 'c'")
    assert ours.register_many([artifact("d", name="model")])[0].version == "13"


def test_a_cycle_of_flowyml_is_shown_and_traversals_end(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    for child, parent in (("a", "c"), ("b", "a"), ("c", "b"), ("self", "self"), ("d", "a")):
        theirs.register(entry(child, parent))
    around = ours.upstream("a")
    assert depths(around) == {"c": 1, "b": 2}
    assert set(around.edges) == {("a", "c"), ("c", "b"), ("b", "a")}
    assert set(ours.downstream("self").edges) == {("self", "self")}
    assert ours.upstream("self").total == 0


def test_only_cycles_of_our_own_edges_are_refused(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("a", "b"))
    theirs.register(entry("b", "a"))
    ours.register(artifact("b", "x", tags={"seen": 1}))
    ours.register(artifact("c", "b"))
    with pytest.raises(CycleRefused) as caught:
        ours.register(artifact("x", "c"))
    assert caught.value.details["path"] == ["x", "c", "b", "x"]


def test_an_id_changed_by_sql(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("old", "p"))
    theirs.register(entry("child", "old"))
    ours.get("old")
    sql(path, "UPDATE artifacts SET artifact_id = 'new' WHERE artifact_id = 'old'")
    assert ours.get("old") is None
    assert depths(ours.upstream("new")) == {"p": 1}
    assert depths(ours.upstream("child")) == {"old": 1, "p": 2}


def test_everything_deleted_by_sql(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    for number in range(5):
        theirs.register(entry(f"a{number}"))
    ours.get("a0")
    sql(path, "DELETE FROM artifacts")
    assert ours.list_artifacts() == []
    assert sql(path, "SELECT DISTINCT state FROM cg_node") == [(2,)]
    assert sql(path, "SELECT count(*) FROM cg_search") == [(0,)]


def test_a_program_with_recursive_triggers(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("c", "p"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(
            "INSERT OR REPLACE INTO artifacts (artifact_id, name, artifact_type, parent_ids, created_at) "
            "VALUES ('c', 'c', 'T', '[\"q\"]', '2026-01-01')"
        )
    assert depths(ours.upstream("c")) == {"q": 1}
    assert past_edges(path) == [("c", "p")]
    assert sql(path, "SELECT count(*) FROM cg_life") == sql(path, "SELECT count(*) FROM cg_deleted") == [(0,)]


def test_reading_and_writing_empty_the_log(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a"))
    theirs.tag("a", {"x": "1"})
    insert(path, {"artifact_id": ""})
    ours.get("a")
    ours.register(artifact("b", "a"))
    ours.tag("b", {"y": 2})
    ours.delete("b")
    assert sql(path, "SELECT count(*) FROM cg_log") == [(0,)]


def test_our_json_equals_flowymls(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    tags = {"stage": "naïve", "f1": 0.5}
    ours.register(artifact("ours", tags=tags))
    theirs.register(entry("theirs", tags=tags))
    [[mine], [their]] = sql(path, "SELECT tags FROM artifacts ORDER BY artifact_id")
    assert mine == their == json.dumps(tags)
