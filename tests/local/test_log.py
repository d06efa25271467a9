"""The log of changes: each pitfall of following a table by triggers has a test."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.flowyml import log
from tests.local.file import entry, insert, past_edges, present_edges, sql
from tests.support.entries import artifact, ids


def test_replacing_fires_no_delete_trigger(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("c", "p"))
    theirs.register(entry("c", "q"))
    assert [row[:3] for row in sql(path, "SELECT op, artifact_id, parent_ids FROM cg_log ORDER BY seq")] == [
        ("insert", "c", None),
        ("insert", "c", '["p"]'),
    ]


def test_replacing_changes_the_rowid(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("c", "p", tags={"x": "1"}))
    ours.register(artifact("d", "c"))
    before = sql(path, "SELECT rowid FROM artifacts WHERE artifact_id = 'c'")
    theirs.register(entry("c", "p", tags={"x": "2"}))
    assert sql(path, "SELECT rowid FROM artifacts WHERE artifact_id = 'c'") != before
    assert ids(ours.search("x:2")) == ["c"]
    assert ids(ours.search("x:1")) == []
    assert {card.artifact_id for card in ours.upstream("d").nodes} == {"c", "p"}


@pytest.mark.parametrize("word", ["REPLACE", "IGNORE", "FAIL", "ABORT", "ROLLBACK"])
def test_the_outer_conflict_clause_reaches_the_triggers(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path, word: str
) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(3):
            connection.execute(
                f"INSERT OR {word} INTO artifacts (artifact_id, name, artifact_type, parent_ids, created_at) "
                f"VALUES ('c{number}', 'c', 'T', '[\"p\"]', '2026-01-01')"
            )
    assert len(sql(path, "SELECT 1 FROM cg_log")) == 3
    assert present_edges(path) == set()
    assert len(ours.list_artifacts()) == 3
    assert present_edges(path) == {("c0", "p"), ("c1", "p"), ("c2", "p")}


def test_an_insert_that_is_ignored_changes_nothing(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    theirs.register(entry("c", "p", tags={"x": "1"}))
    before = ours.get("c")
    sql(path, "INSERT OR IGNORE INTO artifacts (artifact_id, name, artifact_type, created_at) VALUES ('c', '', '', '')")
    assert ours.get("c") == before
    assert past_edges(path) == []


def test_an_insert_that_fails_leaves_no_line(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        sql(path, "INSERT INTO artifacts (artifact_id, name) VALUES ('c', NULL)")
    assert sql(path, "SELECT count(*) FROM cg_log") == [(0,)]


def test_an_insert_that_fails_in_part(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("c", "p"))
    ours.get("c")
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT OR FAIL INTO artifacts (artifact_id, name, artifact_type, created_at) "
                "VALUES ('d', 'd', 'T', ''), ('p', NULL, 'T', '')"
            )
        connection.commit()
    assert [p["state"] for p in ours.get_lineage("c")["parents"]] == ["unregistered"]
    assert set(ids(ours.list_artifacts())) == {"c", "d"}


@pytest.mark.parametrize("tags", ['{"score": NaN}', "not json", '{"a": Infinity}', "[1]", ""])
def test_no_row_makes_a_trigger_fail(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path, tags: str) -> None:
    insert(path, {"artifact_id": "c", "tags": tags, "parent_ids": tags})
    insert(path, {"artifact_id": "c", "tags": "{}", "parent_ids": "{}"})
    sql(path, "UPDATE artifacts SET tags = ?", tags)
    sql(path, "DELETE FROM artifacts")
    assert ours.list_artifacts() == []


def test_the_triggers_need_neither_json_nor_full_text_search(ours: LocalCatalogBackend, path: Path) -> None:
    triggers = " ".join(row[0] for row in sql(path, "SELECT sql FROM sqlite_master WHERE type = 'trigger'")).lower()
    assert "cg_log" in triggers
    assert "json" not in triggers
    assert sql(path, "SELECT name FROM sqlite_master WHERE sql LIKE '%VIRTUAL%'") == []


def test_an_artifact_of_many_changes(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    changes = log.CHUNK * 2 + 7
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO artifacts (artifact_id, name, artifact_type, created_at) VALUES ('c','c','T','')"
        )
        for number in range(changes):
            connection.execute("UPDATE artifacts SET parent_ids = ?", (f'["p{number}"]',))
    assert ours.upstream("c").total == 1
    assert past_edges(path) == [("c", f"p{number}") for number in range(changes - 1)]


def test_more_changes_than_one_chunk(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    count = log.CHUNK * 3 + 1
    insert(path, *({"artifact_id": f"c{n}", "parent_ids": f'["c{n - 1}"]' if n else "[]"} for n in range(count)))
    assert ours.upstream(f"c{count - 1}").total == count - 1
    assert len(ours.list_artifacts(limit=10_000)) == count


def test_lines_about_rows_without_a_usable_id_are_read_once(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    insert(path, {"artifact_id": None}, {"artifact_id": b"\xff\xfe"}, {"artifact_id": ""}, {"artifact_id": "a\0b"}, {})
    assert ids(ours.list_artifacts()) == ["good"]
    assert sql(path, "SELECT count(*) FROM cg_log") == [(0,)]


def test_a_nul_does_not_end_an_id(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    theirs.register(entry("a"))
    insert(path, {"artifact_id": "a\0b"})
    ours.get("a")
    sql(path, "DELETE FROM artifacts WHERE artifact_id = ?", "a\0b")
    assert ours.get("a") is not None


def test_edges_kept_by_a_replacement_stay_the_same(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path
) -> None:
    theirs.register(entry("c", "p", "q"))
    ours.get("c")
    before = sql(path, "SELECT created FROM cg_edge ORDER BY parent")
    theirs.register(entry("c", "q", "p"))
    kept = ours.get("c")
    assert kept is not None
    assert kept.parent_ids == ["q", "p"]
    assert sql(path, "SELECT created FROM cg_edge ORDER BY parent") == before
    assert ids(e for e in ours.get_lineage("c")["parents"]) == ["q", "p"]
    assert past_edges(path) == []


def test_a_replacement_keeps_the_instant_of_recording(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("c"))
    first = ours.get("c")
    theirs.register(entry("c", created_at="2020-01-01T00:00:00+00:00"))
    again = ours.get("c")
    assert first is not None
    assert again is not None
    assert again.created_at == "2020-01-01T00:00:00.000000+00:00"
    assert again.recorded_at == first.recorded_at > "2020-01-01T00:00:00.000000+00:00"


def test_a_recreated_table_is_followed_again(theirs: FlowymlBackend, path: Path) -> None:
    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact("a", "p"), artifact("b", "a"), artifact("c", "a", tags={"x": 1})])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE copy AS SELECT * FROM artifacts WHERE artifact_id <> 'a'")
        connection.execute("DROP TABLE artifacts")
    FlowymlBackend(str(path))
    sql(path, "INSERT INTO artifacts SELECT * FROM copy")
    theirs.register(entry("c", "b", tags={"x": "2"}))
    theirs.register(entry("d", "c"))
    with LocalCatalogBackend(path) as ours:
        assert set(ids(ours.list_artifacts())) == {"b", "c", "d"}
        assert {n.artifact_id: n.state for n in ours.upstream("d").nodes} == {
            "c": "registered",
            "b": "registered",
            "a": "deleted",
            "p": "unregistered",
        }
        assert ids(ours.search("x:2")) == ["c"]
        theirs.register(entry("e"))
        assert ours.get("e") is not None
    assert past_edges(path) == [("c", "a")]


@pytest.mark.parametrize("followed", [True, False])
def test_rows_of_one_instant_count_in_the_order_in_which_they_were_written(path: Path, followed: bool) -> None:
    """The log has milliseconds, and rows of before their `created_at`."""
    written = ["d", "b", "c", "a"]
    if followed:
        LocalCatalogBackend(path).close()
    else:
        FlowymlBackend(str(path))
    insert(path, *({"artifact_id": artifact_id, "name": "n"} for artifact_id in written))
    with LocalCatalogBackend(path) as ours:
        assert ours.resolve("n:latest") == "a"
        assert [version.artifact.artifact_id for version in ours.versions("n").items] == written[::-1]
