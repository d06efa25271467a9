"""The Neo4j of a killed owner is taken over, replaced or cleared; other processes are not touched."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from catalog_graph.embedded.process import find_orphan

from .support import Owner, count, open_driver, small_neo4j

pytestmark = pytest.mark.slow

NewOwner = Callable[[Path], Owner]


def test_an_orphan_is_taken_over(kept_folder: Path, new_owner: NewOwner) -> None:
    owner = new_owner(kept_folder)
    pid = owner.ready()["pid"]
    owner.kill()
    # As if the owner had been killed during the first start, just before it learnt that Neo4j was ready.
    (kept_folder / "first-start").touch()
    with small_neo4j(kept_folder) as neo4j:
        assert neo4j.pid == pid
        with open_driver(neo4j.connection) as driver:
            driver.execute_query("CREATE (:Kept)", database_="neo4j")
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_an_orphan_with_other_settings_is_replaced(kept_folder: Path, new_owner: NewOwner) -> None:
    owner = new_owner(kept_folder)
    pid = owner.ready()["pid"]
    owner.kill()
    with small_neo4j(kept_folder, heap="301m") as neo4j:
        assert neo4j.pid != pid
        assert find_orphan(kept_folder, None).pid == neo4j.pid
        assert count(neo4j.connection) == 1


def test_an_interrupted_first_start_begins_again(folder: Path, new_owner: NewOwner) -> None:
    owner = new_owner(folder)
    while not (folder / "data" / "databases" / "system").exists():
        time.sleep(0.01)
    owner.kill()
    orphan = find_orphan(folder, None)
    assert orphan is not None
    psutil.Process(orphan.pid).kill()
    while orphan.is_running():
        time.sleep(0.01)
    with small_neo4j(folder) as neo4j:
        assert count(neo4j.connection) == 0
    assert not (folder / "first-start").exists()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        yield stranger


def test_a_stranger_with_the_old_process_id_is_left_alone(folder: Path, stranger: subprocess.Popen[bytes]) -> None:
    record = {"pid": stranger.pid, "bolt_port": 7687, "version": "2026.09.0"}
    (folder / "server.json").write_text(json.dumps(record))
    assert find_orphan(folder, stranger.pid) is None
    assert stranger.poll() is None


def test_a_killed_test_run_leaves_nothing(tmp_path: Path) -> None:
    code = """
import os
from catalog_graph.embedded import temporary_data_dir, EmbeddedNeo4j
with temporary_data_dir() as folder:
    neo4j = EmbeddedNeo4j(folder, heap="300m", page_cache="32m", for_tests=True)
    neo4j.start()
    print(neo4j.pid, folder, flush=True)
    os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    pid, folder = killed.stdout.split()
    deadline = time.monotonic() + 30
    while Path(folder.decode()).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
