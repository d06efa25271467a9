"""The backfill of a file that FlowyML has filled: it runs once, in short transactions, while others may write."""

from __future__ import annotations

import json
import shutil
import sys
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

COUNT = 6_000


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
    """Return a file that only FlowyML has used."""
    insert_many(path, rows(COUNT))
    return path


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list that receives the processor time of each write transaction, in seconds."""
    seconds: list[float] = []
    write = CatalogFile.write

    @contextmanager
    def timed(file: CatalogFile, *, continuing: bool = False) -> Iterator[Any]:
        with write(file, continuing=continuing) as connection:
            began = time.thread_time()
            yield connection
        seconds.append(time.thread_time() - began)

    monkeypatch.setattr(CatalogFile, "write", timed)
    return seconds


def test_every_row_is_indexed(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        assert ours.downstream("a0", limit=None).total == COUNT - 1
        assert len(ours.list_artifacts(limit=COUNT + 1)) == COUNT
        assert len(ours.search("team:t3", limit=COUNT)) == len(range(3, COUNT, 7))
        assert ids(ours.search("name:name_17 version:4")) == ["a174"]
        assert ours.register_many([artifact("new", name="name_17")])[0].version == "10"
    assert len(present_edges(filled)) == 2 * (COUNT - 1) - 2  # a1 and a2 have the same parent twice


def test_no_transaction_lasts_a_second(filled: Path, transactions: list[float]) -> None:
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
    assert len(transactions) > 1
    assert max(transactions) < 1


def test_it_runs_once(filled: Path, transactions: list[float]) -> None:
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
    transactions.clear()
    with LocalCatalogBackend(filled) as ours:
        assert ours.get("a0") is not None
    assert transactions == []


def test_progress_is_reported(filled: Path) -> None:
    reports: list[tuple[int, int]] = []
    with LocalCatalogBackend(filled, progress=lambda done, total: reports.append((done, total))) as ours:
        ours.get("a0")
        assert reports == sorted(reports)
        assert reports[-1] == (COUNT, COUNT)
        reports.clear()
        ours.get("a1")
        ours.register(artifact("x"))
    assert reports == []


def test_a_line_shows_the_progress(
    filled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog_graph.backends.local.flowyml.progress.SILENT_SECONDS", 0.0)
    copy = Path(shutil.copy(filled, filled.with_name("copy.db")))
    with LocalCatalogBackend(copy) as ours:
        ours.get("a0")
    assert capsys.readouterr().err == ""  # no terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with LocalCatalogBackend(filled) as ours:
        ours.get("a0")
        *_, line = capsys.readouterr().err.split("\r")
        assert line == f"catalog: indexing {filled} for its first use: {COUNT:,} of {COUNT:,} rows\n"
        ours.register(artifact("x"))
    assert capsys.readouterr().err == ""


def test_several_backends_share_it(filled: Path) -> None:
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
def partly_indexed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCatalogBackend]:
    """Yield a backend that has indexed 1,000 rows of the file."""
    monkeypatch.setattr(backfill, "BATCH_ROWS", 1000)
    with LocalCatalogBackend(path) as ours:
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, backfill.Backfill())
        assert sql(path, "SELECT count(*) FROM cg_search") == [(1000,)]
        yield ours


def test_changes_during_the_backfill(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = FlowymlBackend(str(filled))
    with partly_indexed(filled, monkeypatch) as ours:
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
def with_prepared_batch(path: Path) -> Iterator[tuple[LocalCatalogBackend, backfill.Backfill]]:
    """Yield a backend, and a backfill with a prepared batch that is not stored."""
    with LocalCatalogBackend(path) as ours:
        pending = backfill.Backfill()
        with ours._file.read() as connection:
            pending.read(connection)
        pending.prepare()
        assert sql(path, "SELECT count(*) FROM cg_search") == [(0,)]
        yield ours, pending


def test_changes_of_rows_in_a_prepared_batch(filled: Path) -> None:
    theirs = FlowymlBackend(str(filled))
    with with_prepared_batch(filled) as (ours, pending):
        theirs.register(entry("a10", "a0", name="changed after it was prepared"))
        theirs.tag("a12", {"late": "yes"})
        sql(filled, "DELETE FROM artifacts WHERE artifact_id IN ('a11', 'a13')")
        theirs.register(entry("a13", "a1", name="created again"))
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, pending)
        assert ids(ours.search('"was prepared"')) == ["a10"]
        assert ids(ours.search("late:yes")) == ["a12"]
        assert ids(ours.search('"created again"')) == ["a13"]
        assert ours.get("a11") is None
        assert len(ours.list_artifacts(limit=COUNT)) == COUNT - 1
        # Others derive from it, so that its old parents stay.
        assert ids(ours.get_lineage("a13")["parents"]) == ["a12", "a6", "a1"]
    assert {("a10", "a9"), ("a10", "a5")} <= set(past_edges(filled))


def test_a_file_that_replaces_another_is_indexed_itself(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.db"
    shutil.copy(filled, other)
    sql(other, "UPDATE artifacts SET artifact_id = 'b' || substr(artifact_id, 2), parent_ids = '[]'")
    prepare = backfill.Backfill.prepare

    def replace_the_file(pending: backfill.Backfill) -> None:
        prepare(pending)
        if other.exists():
            other.replace(filled)

    monkeypatch.setattr(backfill.Backfill, "prepare", replace_the_file)
    with LocalCatalogBackend(filled) as ours:
        assert ours.get("a10") is None
        assert len(ours.list_artifacts(limit=COUNT + 1)) == COUNT
        assert {e.artifact_id[0] for e in ours.search("team:t3", limit=COUNT)} == {"b"}


def test_a_prepared_batch_that_another_process_stored_is_dropped(filled: Path) -> None:
    theirs = FlowymlBackend(str(filled))
    with with_prepared_batch(filled) as (ours, pending), LocalCatalogBackend(filled) as other:
        theirs.register(entry("a10", "a0", name="changed and read by another"))
        assert ids(other.search('"read by another"')) == ["a10"]
        with ours._file.write() as connection:
            assert log.catch_up(connection, 0, pending)
        assert ids(ours.search('"read by another"')) == ["a10"]


def test_a_backfill_continues_after_the_rows_of_another_process(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with with_prepared_batch(filled) as (ours, pending):
        monkeypatch.setattr(backfill, "BATCH_ROWS", 1000)
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, backfill.Backfill())
        with ours._file.write() as connection:
            assert not log.catch_up(connection, 0, pending)
        assert sql(filled, "SELECT count(*) FROM cg_search") == [(2000,)]
        assert ours.downstream("a0", limit=None).total == COUNT - 1


def test_a_writer_runs_it_first(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        assert not ours.register_many([artifact("a77", "extra")])[0].created
        kept = ours.get("a77")
    assert kept is not None
    assert kept.parent_ids == ["a76", "a38", "extra"]
    assert kept.tags == {"team": "t0", "f1": 77 / COUNT}


def test_an_interrupted_backfill_continues(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with partly_indexed(filled, monkeypatch):
        pass
    with LocalCatalogBackend(filled) as ours:
        assert ours.downstream("a0", limit=None).total == COUNT - 1


def test_rows_older_than_the_triggers_are_recorded_at_their_creation(filled: Path) -> None:
    with LocalCatalogBackend(filled) as ours:
        kept = ours.get("a5")
    assert kept is not None
    assert kept.recorded_at == kept.created_at


def test_an_empty_file_of_flowyml(theirs: FlowymlBackend, path: Path) -> None:
    with LocalCatalogBackend(path) as ours:
        assert ours.list_artifacts() == []


def test_the_columns_have_flowymls_names() -> None:
    assert tuple(GOOD_ROW) == COLUMNS
