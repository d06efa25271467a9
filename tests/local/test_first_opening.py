"""A file that FlowyML has filled: read once, in slices, while everyone goes on."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.flowyml import backfill, log
from catalog_graph.backends.local.store.catalog_file import CatalogFile
from tests.local.file import COLUMNS, GOOD_ROW, entry, insert_many, past_edges, present_edges, sql
from tests.support.entries import artifact, ids

COUNT = 12_000


def rows(count: int) -> Iterator[dict[str, Any]]:
    for n in range(count):
        yield {
            **GOOD_ROW,
            "artifact_id": f"a{n}",
            "name": f"name_{n // 10}",
            "parent_ids": json.dumps([f"a{n - 1}", f"a{n // 2}"] if n else []),
            "tags": json.dumps({"team": f"t{n % 7}", "f1": n / COUNT}),
            "created_at": f"2026-01-{1 + n % 28:02}T00:00:00",
            "version": str(n % 10),
        }


@pytest.fixture
def filled(theirs: FlowymlBackend, path: Path) -> Path:
    """Fill a file with FlowyML alone, and return its path."""
    insert_many(path, rows(COUNT))
    return path


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list that grows by the seconds that each transaction writes."""
    seconds: list[float] = []
    write = CatalogFile.write

    @contextmanager
    def timed(file: CatalogFile, *, continuing: bool = False) -> Iterator[Any]:
        with write(file, continuing=continuing) as connection:
            began = time.monotonic()
            yield connection
        seconds.append(time.monotonic() - began)

    monkeypatch.setattr(CatalogFile, "write", timed)
    return seconds


def test_all_of_it_is_read(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        assert ours.downstream("a0", limit=None).total == COUNT - 1
        assert len(ours.list_artifacts(limit=COUNT + 1)) == COUNT
        assert len(ours.search("team:t3", limit=COUNT)) == len(range(3, COUNT, 7))
        assert ids(ours.search("name:name_17 version:4")) == ["a174"]
        assert ours.register_many([artifact("new", name="name_17")])[0].version == "10"
    assert len(present_edges(filled)) == 2 * (COUNT - 1) - 2  # of a1 and a2, both parents are the same


def test_no_transaction_lasts_a_second(filled: Path, transactions: list[float]) -> None:
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
    assert len(transactions) > 1
    assert max(transactions) < 1


def test_it_is_read_once(filled: Path, transactions: list[float]) -> None:
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
    transactions.clear()
    with LocalCatalogBackend(filled) as ours:
        assert ours.get("a0") is not None
    assert transactions == []


def test_how_far_it_is_can_be_followed(filled: Path) -> None:
    seen: list[tuple[int, int]] = []
    with LocalCatalogBackend(filled, progress=lambda done, total: seen.append((done, total))) as ours:
        ours.get("a0")
        assert seen == sorted(seen)
        assert seen[-1] == (COUNT, COUNT)
        seen.clear()
        ours.get("a1")
        ours.register(artifact("x"))
    assert seen == []


def test_a_line_says_how_far_it_is(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog_graph.backends.local.flowyml.progress.SILENT_SECONDS", 0.0)
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith(f"catalog: indexing {filled} for its first use: ")
        assert line.endswith(f" of {COUNT:,} rows")
        ours.register(artifact("x"))
    assert capsys.readouterr().err == ""


def test_several_read_it_together(filled: Path) -> None:
    backends = [LocalCatalogBackend(filled) for _ in range(3)]
    totals: list[int] = []
    threads = [
        threading.Thread(target=lambda b=b: totals.append(b.downstream("a0", limit=None).total))  # type: ignore[misc]
        for b in backends
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for backend in backends:
        backend.close()
    assert totals == [COUNT - 1] * 3
    assert sql(filled, "SELECT count(*) FROM cg_node") == [(COUNT,)]


@contextmanager
def half_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCatalogBackend]:
    """Yield a backend that has read a part of the file and waits."""
    monkeypatch.setattr(backfill, "BATCH_ROWS", 1000)
    with LocalCatalogBackend(path) as ours:
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, backfill.Backfill())
        assert sql(path, "SELECT count(*) FROM cg_search") == [(1000,)]
        yield ours


def test_what_flowyml_changes_meanwhile_is_seen(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = FlowymlBackend(str(filled))
    with half_read(filled, monkeypatch) as ours:
        theirs.register(entry("a10", "a0", name="changed after it was read"))
        theirs.register(entry("a5000", "a0", name="changed before it was read"))
        theirs.tag("a5001", {"late": "yes"})
        theirs.register(entry("new", "a5001"))
        sql(filled, "DELETE FROM artifacts WHERE artifact_id IN ('a11', 'a5002')")
        assert {e.artifact_id for e in ours.search('"it was read"')} == {"a10", "a5000"}
        assert ids(ours.search("late:yes")) == ["a5001"]
        assert ours.get("a11") is ours.get("a5002") is None
        states = {card.artifact_id: card.state for card in ours.upstream("new", limit=None).nodes}
        assert states["a5001"] == "registered"
        lineage = {e["artifact_id"]: e["state"] for e in ours.get_lineage("a5003")["parents"]}
        assert lineage == {"a5002": "deleted", "a2501": "registered"}
    assert {("a5000", "a4999"), ("a5000", "a2500"), ("a10", "a9"), ("a10", "a5")} <= set(past_edges(filled))
    assert {("a5002", "a5001"), ("a11", "a10")} <= present_edges(filled)


@contextmanager
def worked_out(path: Path) -> Iterator[tuple[LocalCatalogBackend, backfill.Backfill]]:
    """Yield a backend that has computed the first rows of the backfill and stored none."""
    with LocalCatalogBackend(path) as ours:
        ahead = backfill.Backfill()
        with ours._file.read() as connection:
            ahead.read(connection)
        ahead.prepare()
        assert sql(path, "SELECT count(*) FROM cg_search") == [(0,)]
        yield ours, ahead


def test_what_flowyml_changes_after_it_was_worked_out_is_seen(filled: Path) -> None:
    theirs = FlowymlBackend(str(filled))
    with worked_out(filled) as (ours, ahead):
        theirs.register(entry("a10", "a0", name="changed after it was worked out"))
        theirs.tag("a12", {"late": "yes"})
        sql(filled, "DELETE FROM artifacts WHERE artifact_id IN ('a11', 'a13')")
        theirs.register(entry("a13", "a1", name="made anew"))
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, ahead)
        assert ids(ours.search('"worked out"')) == ["a10"]
        assert ids(ours.search("late:yes")) == ["a12"]
        assert ids(ours.search('"made anew"')) == ["a13"]
        assert ours.get("a11") is None
        assert len(ours.list_artifacts(limit=COUNT)) == COUNT - 1
    assert {("a10", "a9"), ("a10", "a5"), ("a13", "a12"), ("a13", "a6")} <= set(past_edges(filled))


def test_a_file_that_took_the_place_of_another_is_read_itself(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.db"
    shutil.copy(filled, other)
    sql(other, "UPDATE artifacts SET artifact_id = 'b' || substr(artifact_id, 2), parent_ids = '[]'")
    prepare = backfill.Backfill.prepare

    def replaced_meanwhile(ahead: backfill.Backfill) -> None:
        prepare(ahead)
        if other.exists():
            other.replace(filled)

    monkeypatch.setattr(backfill.Backfill, "prepare", replaced_meanwhile)
    with LocalCatalogBackend(filled) as ours:
        assert ours.get("a10") is None
        assert len(ours.list_artifacts(limit=COUNT + 1)) == COUNT
        assert {e.artifact_id[0] for e in ours.search("team:t3", limit=COUNT)} == {"b"}


def test_what_another_has_stored_meanwhile_is_not_stored_again(filled: Path) -> None:
    theirs = FlowymlBackend(str(filled))
    with worked_out(filled) as (ours, ahead), LocalCatalogBackend(filled) as other:
        theirs.register(entry("a10", "a0", name="changed and read by another"))
        assert ids(other.search('"read by another"')) == ["a10"]
        with ours._file.write() as connection:
            assert log.catch_up(connection, 0, ahead)
        assert ids(ours.search('"read by another"')) == ["a10"]


def test_where_another_was_quicker_reading_goes_on_behind_it(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with worked_out(filled) as (ours, ahead):
        monkeypatch.setattr(backfill, "BATCH_ROWS", 1000)
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, backfill.Backfill())
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, ahead)
        assert sql(filled, "SELECT count(*) FROM cg_search") == [(2000,)]
        assert ours.downstream("a0", limit=None).total == COUNT - 1


def test_a_writer_reads_it_first(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        assert not ours.register_many([artifact("a77", "extra")])[0].created
        kept = ours.get("a77")
    assert kept is not None
    assert kept.parent_ids == ["a76", "a38", "extra"]
    assert kept.tags == {"team": "t0", "f1": 77 / COUNT}


def test_reading_cut_short_goes_on_where_it_was(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with half_read(filled, monkeypatch):
        pass
    with LocalCatalogBackend(filled) as ours:
        assert ours.downstream("a0", limit=None).total == COUNT - 1


def test_artifacts_of_before_count_from_when_they_were_created(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        found = ours.get("a5")
    assert found is not None
    assert found.recorded_at == found.created_at


def test_an_empty_file_of_flowyml(theirs: FlowymlBackend, path: Path) -> None:
    with LocalCatalogBackend(path) as ours:
        assert ours.list_artifacts() == []


def test_the_columns_are_named_as_flowyml_does() -> None:
    assert tuple(GOOD_ROW) == COLUMNS
