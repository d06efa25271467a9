"""Connections: many threads, a fork, and a file that is replaced while it is open."""

from __future__ import annotations

import gc
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.store.schema import VERSION
from catalog_graph.errors import StoreDamaged
from tests.local.file import sql
from tests.support.entries import artifact, ids


def open_files(path: Path) -> int:
    folder = Path("/proc/self/fd")
    return sum(link.exists() and link.readlink() == path for link in folder.iterdir())


def test_idle_connections_are_used_again(ours: LocalCatalogBackend, path: Path) -> None:
    for number in range(20):
        thread = threading.Thread(target=lambda n=number: ours.register(artifact(f"a{n}")))  # type: ignore[misc]
        thread.start()
        thread.join()
    assert open_files(path) <= 2


def test_a_closed_backend_opens_again(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a"))
    ours.close()
    assert open_files(path) == 0
    assert ids(ours.list_artifacts()) == ["a"]


def test_a_backend_without_references_closes_its_files(path: Path) -> None:
    backend = LocalCatalogBackend(path)
    backend.register(artifact("a"))
    assert open_files(path) == 1
    del backend
    gc.collect()
    assert open_files(path) == 0


def test_a_removed_file_is_created_again(ours: LocalCatalogBackend, path: Path) -> None:
    ours.register(artifact("a"))
    path.unlink()
    ours.register(artifact("b"))
    assert ids(ours.list_artifacts()) == ["b"]
    assert sql(path, "SELECT artifact_id FROM artifacts") == [("b",)]


def test_a_file_restored_from_a_copy(ours: LocalCatalogBackend, path: Path, tmp_path: Path) -> None:
    ours.register(artifact("a", tags={"one": 1}))
    shutil.copy(path, tmp_path / "copy.db")
    ours.register(artifact("b", tags={"two": 2}))
    shutil.copy(tmp_path / "copy.db", path)
    assert ids(ours.list_artifacts()) == ["a"]
    ours.register(artifact("c", "a", tags={"three": 3}))
    assert ids(ours.search("three:3 OR two:2")) == ["c"]
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_child_process_can_write(ours: LocalCatalogBackend) -> None:
    ours.register(artifact("parent"))
    child = multiprocessing.get_context("fork").Process(target=lambda: ours.register(artifact("child", "parent")))
    child.start()
    child.join()
    assert child.exitcode == 0
    ours.register(artifact("parent-again", "child"))
    assert ours.upstream("parent-again").total == 2


def test_the_default_path_is_relative(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    with LocalCatalogBackend() as ours:
        ours.register(artifact("a"))
        assert (tmp_path / ".flowyml" / "catalog.db").exists()
        assert ours.check()["schema"] == VERSION


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys, catalog_graph.backends.local\n"
        "heavy = {'pydantic', 'urllib3', 'neo4j', 'fastapi', 'lark', 'flowyml', 'numpy', 'typer', 'rich'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "[]"


@pytest.mark.parametrize("value", ["x'ff61'", "'text'"], ids=["an error of SQLite", "an error of Python"])
def test_an_error_that_is_kept_holds_no_lock(ours: LocalCatalogBackend, path: Path, value: str) -> None:
    """The frames of an error hold cursors, and a cursor that was not read to its end holds a lock."""
    ours.register_many([artifact(f"a{n}") for n in range(50)])
    sql(path, f"UPDATE cg_label SET text = CAST({value} AS TEXT) WHERE label = 1")

    def unfinished(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT text FROM cg_label ORDER BY label")
        for (text,) in rows:
            int(text)

    with pytest.raises(StoreDamaged) as write:
        ours._write(unfinished)
    with pytest.raises(StoreDamaged) as read, ours._read() as connection:
        unfinished(connection)
    sql(path, "UPDATE cg_label SET text = '' WHERE label = 1")
    assert write.value.__cause__
    assert read.value.__cause__
