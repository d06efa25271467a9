"""Problems with the file: each error names the file and says what to do. One failing operation fails alone."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flowyml.storage.catalog.local_backend import LocalCatalogBackend as FlowymlBackend

from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.backends.local.store import locks
from catalog_graph.errors import CatalogError, ConfigurationError, InvalidInput, StoreDamaged, StoreUnavailable
from tests.local.file import entry, sql
from tests.support.entries import artifact, ids

NOBODY = 65534
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT * FROM artifacts").fetchone()
print("holding", flush=True)
sys.stdin.read()
"""


@contextmanager
def program(text: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Yield a Python program that has written its first line."""
    command = [sys.executable, "-c", text, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Yield a folder that every user may enter; pytest's own folders do not allow it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


def as_ordinary_user(path: Path, statement: str) -> str:
    """Return what `statement` on `backend` prints in a process that is subject to file permissions."""
    program = (
        "import os, tempfile\n"
        "from catalog_graph.backends.local import LocalCatalogBackend\n"
        "from tests.support.entries import artifact, ids\n"
        "with tempfile.TemporaryDirectory() as folder, LocalCatalogBackend(f'{folder}/warm.db') as backend:\n"
        "    backend.register_many([artifact('a'), artifact('b', 'a')])\n"
        f"    {statement}\n"  # imports everything, even from folders that this user may not read later
        f"if os.geteuid() == 0: os.setuid({NOBODY})\n"
        "try:\n"
        f"    backend = LocalCatalogBackend({str(path)!r})\n"
        f"    print({statement})\n"
        "except Exception as error:\n"
        "    print(f'{type(error).__name__}: {error}')\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is a folder; name a file") as caught:
        LocalCatalogBackend(tmp_path)
    assert caught.value.details == {"field": "db_path"}


def test_a_file_that_is_not_a_database(path: Path) -> None:
    path.write_text("raw,transactions\n1,2\n" * 100)
    with pytest.raises(InvalidInput, match="is not an SQLite database"):
        LocalCatalogBackend(path)
    assert path.read_text().startswith("raw,transactions")


def test_a_folder_that_is_a_file(path: Path) -> None:
    path.write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        LocalCatalogBackend(path / "catalog.db")


def test_a_folder_that_cannot_be_created() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be"):
        LocalCatalogBackend("/proc/nothing/catalog.db")


def test_missing_folders_are_created(tmp_path: Path) -> None:
    with LocalCatalogBackend(tmp_path / "a" / "b" / "catalog.db") as ours:
        ours.register(artifact("a"))
    assert (tmp_path / "a" / "b" / "catalog.db").exists()


def test_a_read_only_file(public_folder: Path) -> None:
    path = public_folder / "catalog.db"
    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact("a", tags={"x": 1}), artifact("b", "a")])
    path.chmod(0o444)
    public_folder.chmod(0o555)
    assert as_ordinary_user(path, "ids(backend.search('x:1')), backend.upstream('b').total") == "['a'] 1"
    output = as_ordinary_user(path, "backend.register(artifact('c'))")
    assert output.startswith("StoreUnavailable: the catalog file")
    assert "can be read but not written; give write access to the file and to its folder" in output


def test_a_read_only_file_of_flowyml(public_folder: Path) -> None:
    path = public_folder / "catalog.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE artifacts (artifact_id TEXT PRIMARY KEY)")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    assert "StoreUnavailable" in as_ordinary_user(path, "backend.list_artifacts()")


def test_a_read_only_folder(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    output = as_ordinary_user(public_folder / "catalog.db", "1")
    assert output.startswith("StoreUnavailable: the catalog file")
    assert "cannot be opened; check that its folder exists and is writable" in output


def test_an_unreadable_file(public_folder: Path) -> None:
    path = public_folder / "catalog.db"
    LocalCatalogBackend(path).close()
    path.chmod(0o000)
    assert "StoreUnavailable" in as_ordinary_user(path, "1")


def test_a_full_disk(path: Path) -> None:
    """A limit on file sizes stands in for a full disk: SQLite gets the same error."""
    with LocalCatalogBackend(path) as ours:
        ours.register(artifact("before"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 8192, hard))
        try:
            with pytest.raises(StoreUnavailable, match=r"check the disk|free some space"):
                ours.register_many([artifact(f"a{n}", metadata={"x": "y" * 5000}) for n in range(100)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert ids(ours.list_artifacts()) == ["before"]
        ours.register(artifact("after"))
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_file(path: Path) -> None:
    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact(f"a{n}", tags={"n": n}) for n in range(500)])
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    with (
        pytest.raises(StoreDamaged, match=r"is damaged: .*; restore it from a copy"),
        LocalCatalogBackend(path) as ours,
    ):
        ours.list_artifacts()


def test_a_file_that_another_program_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    LocalCatalogBackend(path).close()
    monkeypatch.setattr(locks, "LOCK_WAIT", 0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder, LocalCatalogBackend(path) as ours:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="is locked by another connection of this process"):
            ours.register(artifact("a"))
        holder.execute("COMMIT")
        ours.register(artifact("a"))


def test_a_long_wait_says_who_holds_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An open read of another program blocks the end of a write."""
    monkeypatch.setattr(locks, "NOTE_AFTER", 0.2)
    with LocalCatalogBackend(path) as ours, program(HOLDER, str(path)) as holder:
        assert holder.stdin is not None
        threading.Timer(1, holder.stdin.close).start()
        assert ours.register(artifact("b")) == "b"
    note = f"catalog: waiting for {str(path)!r}, locked by process {holder.pid} (python"
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(note)
    assert line.endswith("), with a transaction or a cursor open; gives up after 60 s")


def test_a_file_with_a_write_ahead_log(theirs: FlowymlBackend, path: Path) -> None:
    """Nobody waits for an open read of such a file, neither FlowyML nor we."""
    sql(path, "PRAGMA journal_mode = WAL")
    with LocalCatalogBackend(path) as ours, program(HOLDER, str(path)):
        ours.register(artifact("a", tags={"x": 1}))
        theirs.register(entry("b", "a"))
        ours.tag("b", {"y": 2})
        assert ids(ours.upstream("b").nodes) == ["a"]
        assert theirs.get("b").tags["y"] == 2
        assert sql(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_reader_that_waits_says_so_too(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locks, "NOTE_AFTER", 0.1)
    monkeypatch.setattr(locks, "LOCK_WAIT", 0.5)
    with LocalCatalogBackend(path) as ours, closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="is locked by"):
            ours.list_artifacts()
        assert capsys.readouterr().err.count("waiting for") == 1
        holder.execute("COMMIT")
        assert ours.list_artifacts() == []


def test_the_wait_before_the_line_is_five_seconds() -> None:
    assert locks.NOTE_AFTER == 5


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(tmp_path: Path, error: int) -> None:
    """A library between SQLite and the system refuses locks, as some network file systems do."""
    library = tmp_path / "without_locks.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, Path(__file__).parent / "without_locks.c", "-ldl"], check=True
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "catalog_graph", "--db", tmp_path / "c.db", "register", "a", "Dataset"],
        env={**os.environ, "LD_PRELOAD": str(library), "REFUSED_WITH": str(error)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert (
        "is on a file system without file locks, as NFS and FUSE mounts may be; put it on a local disk" in done.stderr
    )
    assert time.monotonic() - began < 5


def test_the_wait_for_a_lock_is_longer_than_half_a_minute() -> None:
    assert locks.LOCK_WAIT >= 30


def test_a_short_lock_is_waited_for(path: Path) -> None:
    with LocalCatalogBackend(path) as ours:
        holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, lambda: (holder.execute("COMMIT"), holder.close())).start()
        assert ours.register(artifact("a")) == "a"


def test_tables_of_a_later_version(path: Path) -> None:
    LocalCatalogBackend(path).close()
    sql(path, "UPDATE cg_meta SET value = 99 WHERE name = 'schema'")
    with pytest.raises(ConfigurationError, match=r"version 99, made by a later catalog_graph.*upgrade catalog_graph"):
        LocalCatalogBackend(path)


def test_a_file_that_a_later_version_has_upgraded_meanwhile(path: Path) -> None:
    """What an earlier version wrote into it could lack something."""
    with LocalCatalogBackend(path) as ours:
        ours.register(artifact("a"))
        sql(path, "UPDATE cg_meta SET value = 99 WHERE name = 'schema'")
        for write in (lambda: ours.register(artifact("b", "a")), lambda: ours.tag("a", {"t": 1})):
            with pytest.raises(ConfigurationError, match="version 99, made by a later catalog_graph"):
                write()
        assert ours.downstream("a").total == 0


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_failing_operation_of_a_group_fails_alone(path: Path, failing: int) -> None:
    """Three threads wait while the file is locked, so that they share a transaction."""
    outcomes: dict[int, object] = {}

    def run(number: int) -> None:
        parents = ["a1"] if number == failing else []
        try:
            outcomes[number] = ours.register(artifact(f"a{number}" if parents == [] else "root", *parents))
        except CatalogError as error:
            outcomes[number] = type(error).__name__

    with LocalCatalogBackend(path) as ours:
        ours.register_many([artifact("root"), artifact("a1", "root")])
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        threads = [threading.Thread(target=run, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        holder.execute("COMMIT")
        holder.close()
        for thread in threads:
            thread.join()
    assert outcomes == {n: "CycleRefused" if n == failing else f"a{n}" for n in range(3)}
