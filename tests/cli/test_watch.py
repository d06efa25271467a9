"""`catalog-graph watch`: one line an event."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from catalog_graph import ArtifactCatalog
from tests.cli.conftest import Run
from tests.cli.terminal import on_terminal
from tests.cli.test_artifacts import Ok
from tests.server.command import COMMAND, environment
from tests.support.entries import artifact


@pytest.fixture(autouse=True)
def catalog(folder: Path) -> ArtifactCatalog:
    catalog = ArtifactCatalog()
    catalog.backend.register_many([artifact("raw", name="raw"), artifact("fraud-1", "raw", name="fraud")])
    catalog.tag("raw", rows=3)
    catalog.set_alias("fraud", "champion", "fraud-1")
    catalog.delete("raw")
    return catalog


def test_each_event_is_a_line(ok: Ok, run: Run) -> None:
    lines = [line.split(maxsplit=2) for line in ok("watch", "--once").splitlines()]
    assert [(place, text) for place, _, text in lines] == [
        ("1.0", "registered raw:1 (Dataset)"),
        ("1.1", "registered fraud:1 (Dataset)"),
        ("1.2", "fraud:1 edges added: raw"),
        ("2.0", "raw:1 tagged rows=3"),
        ("3.0", "alias moved fraud@champion: none -> fraud-1"),
        ("4.0", "raw:1 deleted"),
    ]
    assert [line.split()[0] for line in ok("watch", "name:raw", "--once", "--after", "1.2").splitlines()] == [
        "2.0",
        "4.0",
    ]
    (event,) = map(json.loads, ok("watch", "--once", "--json", "--kind", "alias_moved").splitlines())
    assert (event["id"], event["artifact"]["aliases"]) == ("3.0", ["champion"])
    assert run("watch", "--once", "--after", "x").status == 2
    assert run("watch", "a:(").status == 2


def test_ctrl_c_says_where_to_go_on(folder: Path, catalog: ArtifactCatalog) -> None:
    """Lines are written at once, also into a pipe."""
    process = subprocess.Popen(
        [COMMAND, "watch", "--after", "3"], cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("4.0 ")
    catalog.register("new", "Model", artifact_id="new")
    assert "registered new:1 (Model)" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stdout.close()


def test_lines_fit_a_terminal(folder: Path, catalog: ArtifactCatalog) -> None:
    catalog.tag("fraud-1", notes="long " * 50, bell="\a")
    status, screen = on_terminal("watch", "--once", "--after", "3", folder=folder)
    assert status == 0
    place, time, what = screen.splitlines()[-1].split(maxsplit=2)
    assert (place, len(time), what[:25]) == ("5.0", 8, "fraud:1 tagged notes=long")
    assert max(map(len, screen.splitlines())) == 80
