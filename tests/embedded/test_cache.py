"""Fetching the jars from a repository on this machine: completely, checked, resumed, or with a clear error."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalog_graph.embedded.cache import ensure_jars
from catalog_graph.embedded.lock import Lock, LockedJar, format_lock, parse_lock
from catalog_graph.embedded.releases import NEWEST
from catalog_graph.errors import ConfigurationError

from .repository import Repository, serving

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from catalog_graph.embedded.cache import ensure_jars
from catalog_graph.embedded.lock import parse_lock
ensure_jars(lambda done, total: None, parse_lock(Path(sys.argv[1]).read_text()))
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv("CATALOG_GRAPH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    with serving(tmp_path / "jgo.conf") as repository:
        yield repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / f"neo4j-{NEWEST.version}"


@pytest.fixture
def jars(repository: Repository) -> list[LockedJar]:
    dice = random.Random(7)
    return [
        repository.add("small", dice.randbytes(900)),
        repository.add("big", dice.randbytes(600_000)),
        repository.add("native", dice.randbytes(30_000), classifier="linux-x86_64"),
    ]


@pytest.fixture
def lock(jars: list[LockedJar]) -> Lock:
    return parse_lock(format_lock(jars))


def fetch(lock: Lock) -> list[Path]:
    return ensure_jars(lambda done, total: None, lock)


def in_another_process(lock: Lock, tmp_path: Path) -> subprocess.Popen[bytes]:
    path = tmp_path / "some.lock"
    path.write_text(format_lock(lock.jars))
    return subprocess.Popen([sys.executable, "-c", ANOTHER_PROCESS, str(path)])


def test_fetches_each_jar_once(repository: Repository, lock: Lock, folder: Path) -> None:
    paths = fetch(lock)
    assert [path.read_bytes() for path in paths] == [
        repository.files[f"/org/example/things/{jar.artifact}/1.0/{jar.file_name}"] for jar in lock.jars
    ]
    assert fetch(lock) == paths
    assert sorted(repository.requests) == sorted((jar.file_name, 0) for jar in lock.jars)
    assert not list(folder.glob("*.part"))


def test_reports_its_progress(lock: Lock) -> None:
    calls: list[tuple[int, int]] = []
    ensure_jars(lambda done, total: calls.append((done, total)), lock)
    assert calls == sorted(calls)
    assert calls[-1] == (lock.size, lock.size)


def test_resumes_where_an_earlier_run_stopped(repository: Repository, lock: Lock, folder: Path) -> None:
    big = next(jar for jar in lock.jars if jar.artifact == "big")
    folder.mkdir(parents=True)
    (folder / f"{big.file_name}.part").write_bytes(
        repository.files[f"/org/example/things/big/1.0/{big.file_name}"][:5000]
    )
    fetch(lock)
    assert (big.file_name, 5000) in repository.requests


def test_resumes_after_a_kill(repository: Repository, lock: Lock, folder: Path, tmp_path: Path) -> None:
    repository.hold.clear()
    with in_another_process(lock, tmp_path) as other:
        assert repository.held.wait(20)
        while not any(part.stat().st_size for part in folder.glob("big*.part")):
            assert other.poll() is None
        other.kill()
    repository.hold.set()
    assert all(path.is_file() for path in fetch(lock))
    assert any(start > 0 for _, start in repository.requests)


def test_starts_over_if_the_earlier_bytes_were_bad(repository: Repository, lock: Lock, folder: Path) -> None:
    big = next(jar for jar in lock.jars if jar.artifact == "big")
    folder.mkdir(parents=True)
    (folder / f"{big.file_name}.part").write_bytes(b"?" * 5000)
    fetch(lock)
    assert [start for name, start in repository.requests if name == big.file_name] == [5000, 0]


def test_resumes_after_a_broken_connection(repository: Repository, lock: Lock) -> None:
    big = next(jar for jar in lock.jars if jar.artifact == "big")
    repository.drop_after[big.file_name] = 300_000
    fetch(lock)
    first, second = (start for name, start in repository.requests if name == big.file_name)
    assert first == 0
    assert 0 < second <= 300_000


def test_two_first_starts_at_once_fetch_once(repository: Repository, lock: Lock, tmp_path: Path) -> None:
    repository.hold.clear()
    with in_another_process(lock, tmp_path) as one, in_another_process(lock, tmp_path) as two:
        assert repository.held.wait(20)
        repository.hold.set()
        assert (one.wait(30), two.wait(30)) == (0, 0)
    assert sorted(repository.names()) == sorted(jar.file_name for jar in lock.jars)


@pytest.mark.parametrize("content", [b"x" * 900, b"<html>Please log in</html>"], ids=["same size", "a page"])
def test_refuses_a_jar_that_is_not_the_locked_one(
    repository: Repository, lock: Lock, folder: Path, content: bytes
) -> None:
    repository.files["/org/example/things/small/1.0/small-1.0.jar"] = content
    with pytest.raises(ConfigurationError, match=r"org\.example\.things:small:1\.0 was fetched but is not the file"):
        fetch(lock)
    assert not (folder / "small-1.0.jar").exists()
    assert not (folder / "checked").exists()


def test_a_jar_changed_on_disk_is_fetched_again(repository: Repository, lock: Lock, folder: Path) -> None:
    fetch(lock)
    (folder / "small-1.0.jar").write_bytes(b"x")
    fetch(lock)
    assert repository.names().count("small-1.0.jar") == 2
    assert repository.names().count("big-1.0.jar") == 1


def test_class_archives_go_with_the_jars_they_were_made_of(lock: Lock, folder: Path) -> None:
    fetch(lock)
    archive = folder / "classes-25.0.2-x86_64" / "neo4j.jsa"
    archive.parent.mkdir()
    archive.touch()
    fetch(lock)
    assert archive.exists()
    (folder / "small-1.0.jar").unlink()
    fetch(lock)
    assert not archive.exists()


def test_a_new_lock_fetches_only_what_is_new(repository: Repository, lock: Lock) -> None:
    fetch(lock)
    more = parse_lock(format_lock([*lock.jars, repository.add("more", b"more")]))
    fetch(more)
    assert repository.names()[3:] == ["more-1.0.jar"]


def test_an_unknown_jar_is_one_sentence(repository: Repository, lock: Lock) -> None:
    repository.files.clear()
    with pytest.raises(ConfigurationError, match=r"could not be fetched .*404"):
        fetch(lock)


def test_no_network_is_one_sentence(lock: Lock, tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        (tmp_path / "jgo.conf").write_text(f"[repositories]\ncentral = http://127.0.0.1:{port}\n")
        with pytest.raises(ConfigurationError, match=r"Run this once with a network; .*NEO4J_URI"):
            fetch(lock)


def test_no_space_is_one_sentence(lock: Lock) -> None:
    huge = parse_lock(format_lock([replace(lock.jars[0], size=10**15)]))
    with pytest.raises(ConfigurationError, match="make room, or set CATALOG_GRAPH_CACHE_DIR"):
        fetch(huge)


def test_a_cache_that_cannot_be_written_is_one_sentence(lock: Lock, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match=r"cannot be written .*CATALOG_GRAPH_CACHE_DIR"):
        fetch(lock)


def test_a_path_that_java_cannot_read_is_one_sentence(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_GRAPH_CACHE_DIR", "/tmp/a:b")
    with pytest.raises(ConfigurationError, match="':'"):
        fetch(lock)
