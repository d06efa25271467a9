"""Malformed rows: reading them never fails, and they hide no other row."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.checks import MAX_TAG_BYTES
from catalog_graph.errors import LimitExceeded
from tests.local.file import entry, insert, sql
from tests.support.entries import artifact, ids

ODD_ROW = {"artifact_id": "odd", "name": "odd"}
ODD: list[dict[str, Any]] = [
    {"tags": "not json"},
    {"tags": "[1, 2]"},
    {"tags": None, "metadata": None, "parent_ids": None},
    {"tags": '{"deep": ' + "[" * 5000 + "]" * 5000 + "}"},
    {"tags": '{"deep": ' + "[" * 300 + "]" * 300 + "}"},
    {"tags": '{"huge": 1' + "0" * 400 + "}"},
    {"tags": '{"huge": 1' + "0" * 5000 + "}"},
    {"tags": '{"half": "\\ud800", "nul": "a\\u0000b", "\\udfff": "\\u0000"}'},
    {"tags": '{"slash": "\\\\u0000 \\\\ud800"}'},
    {"tags": json.dumps({"long": "x" * 100_000, "y" * 5000: "z"})},
    {"tags": json.dumps({f"k{n}": f"v{n}" for n in range(2000)})},
    {"tags": '{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}'},
    {"metadata": "{"},
    {"parent_ids": "p"},
    {"parent_ids": '{"p": 1}'},
    {"parent_ids": '[1, 2.5, null, true, ["p"], {"p": 1}, "", "p", "p"]'},
    {"parent_ids": json.dumps(["x" * 5000, "a\0b", "\ud800"])},
    {"created_at": ""},
    {"created_at": "yesterday"},
    {"created_at": "9999-12-31T23:59:59.999999-23:59"},
    {"created_at": "0001-01-01T00:00:00+23:59"},
    {"created_at": "1767225600.5"},
    {"name": "", "artifact_type": ""},
    {"name": "n" * 1_000_000},
    {"name": "a\0b"},
    {"name": b"\xff\xfe bytes", "tags": b"{}", "uri": b"\xff"},
    {"version": ""},
    {"version": "9" * 30},
    {"content_hash": None, "source_step": None, "source_run_id": None, "source_pipeline": None, "uri": None},
]


def check_all_can_be_read(ours: LocalCatalogBackend, artifact_id: str) -> None:
    kept = ours.get(artifact_id)
    assert kept is not None
    assert kept.artifact_id == artifact_id
    json.dumps(kept.to_dict(), ensure_ascii=False).encode()
    assert set(ids(ours.list_artifacts())) == {artifact_id, "good"}
    assert ids(ours.search("id:good")) == ["good"]
    assert artifact_id in ids(ours.search("-name:good"))
    assert ours.get_lineage(artifact_id)["artifact"]["artifact_id"] == artifact_id
    assert ours.upstream(artifact_id).root.artifact_id == artifact_id
    ours.search("a OR x -y:1 f>1 -z<2")


@pytest.mark.parametrize("row", ODD, ids=lambda row: " ".join(row)[:40])
def test_an_odd_row_of_the_backfill(theirs: FlowymlBackend, path: Path, row: dict[str, Any]) -> None:
    insert(path, {**ODD_ROW, **row}, {})
    with LocalCatalogBackend(path) as ours:
        check_all_can_be_read(ours, "odd")


@pytest.mark.parametrize("row", ODD, ids=lambda row: " ".join(row)[:40])
def test_an_odd_row_in_the_log(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path, row: dict[str, Any]
) -> None:
    insert(path, ODD_ROW, {})
    ours.get("odd")
    insert(path, {**ODD_ROW, **row})
    check_all_can_be_read(ours, "odd")
    insert(path, ODD_ROW)
    assert ours.get("odd") is not None


@pytest.mark.parametrize("row", ODD, ids=lambda row: " ".join(row)[:40])
def test_an_odd_row_can_be_registered_again(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path, row: dict[str, Any]
) -> None:
    insert(path, {**ODD_ROW, **row}, {})
    before = ours.get("odd")
    if len(json.dumps(before.tags if before else {})) < MAX_TAG_BYTES:
        ours.register(artifact("odd", "good", tags={"x": 1}, metadata={"m": 1}))
        check_all_can_be_read(ours, "odd")
        assert ids(ours.search("x:1")) == ["odd"]
    else:
        with pytest.raises(LimitExceeded):
            ours.register(artifact("odd", "good", tags={"x": 1}))


@pytest.mark.parametrize("row", ODD, ids=lambda row: " ".join(row)[:40])
def test_an_odd_row_can_be_edited(
    theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path, row: dict[str, Any]
) -> None:
    insert(path, {**ODD_ROW, "tags": '{"n": NaN}', **row}, {})
    [before] = sql(path, "SELECT * FROM artifacts WHERE artifact_id = 'odd'")
    changed = ours.add_parents("odd", "good")
    assert changed.parent_ids[-1] == "good"
    ours.remove_parents("odd", *changed.parent_ids)
    if len(json.dumps(changed.tags)) < MAX_TAG_BYTES:
        assert ours.tag("odd", {"x": 1}).tags.keys() == changed.tags.keys() | {"x"}
        ours.untag("odd", *changed.tags)
    check_all_can_be_read(ours, "odd")
    [after] = sql(path, "SELECT * FROM artifacts WHERE artifact_id = 'odd'")
    assert after[:7] + after[9:] == before[:7] + before[9:]
    ours.delete("odd")
    assert ids(ours.list_artifacts()) == ["good"]


def test_an_artifact_that_is_its_own_parent(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("a", "a"))
    ours.register(artifact("a", "b", tags={"x": 1}))
    assert ours.tag("a", {"y": 2}).parent_ids == ["a", "b"]
    assert ours.remove_parents("a", "a").parent_ids == ["b"]
    assert ours.upstream("a").edges == [("a", "b")]


def test_numbers_that_json_cannot_express(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("a", tags={"f1": float("nan"), "loss": float("inf")}))
    theirs.register(entry("b", tags={"f1": 0.5}))
    kept = ours.get("a")
    assert kept is not None
    assert math.isnan(kept.tags["f1"])
    assert ids(ours.search("f1>=0.1")) == ["b"]
    assert ids(ours.search("f1:*")) == ["b", "a"]
    assert ids(ours.search("f1:nan")) == ["a"]


def test_numbers_as_parents_are_ids(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("7"))
    theirs.register(entry("c", *[7]))  # type: ignore[list-item]
    kept = ours.get("c")
    assert kept is not None
    assert kept.parent_ids == ["7"]
    assert [p["artifact_id"] for p in theirs.get_lineage("c")["parents"]] == ["7"]


def test_an_unreadable_instant_becomes_that_of_recording(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("a", created_at="yesterday"))
    kept = ours.get("a")
    assert kept is not None
    assert kept.created_at == kept.recorded_at
    assert ids(ours.search("created>1h")) == ["a"]


def test_an_id_may_have_any_length(theirs: FlowymlBackend, ours: LocalCatalogBackend) -> None:
    theirs.register(entry("x" * 10_000, "p"))
    assert ours.get("x" * 10_000) is not None
    assert ids(e for e in ours.get_lineage("x" * 10_000)["parents"]) == ["p"]


def test_texts_that_are_not_utf_8(theirs: FlowymlBackend, ours: LocalCatalogBackend, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO artifacts (artifact_id, name, artifact_type, tags, created_at) VALUES "
            "('a', CAST(x'c328' AS TEXT), 'T', CAST(x'7b2261223a22ff227d' AS TEXT), '2026-01-01')"
        )
        connection.execute(
            "INSERT INTO artifacts (artifact_id, name, artifact_type, created_at) VALUES "
            "(CAST(x'61ff' AS TEXT), 'n', 'T', '2026-01-01')"
        )
    [kept] = ours.list_artifacts()
    assert (kept.artifact_id, kept.name, kept.tags) == ("a", "\ufffd(", {"a": "\ufffd"})
    sql(path, "DELETE FROM artifacts")
    assert ours.list_artifacts() == []
