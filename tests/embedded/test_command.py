"""`python -m catalog_graph.embedded`: one line when it is ready, and an orderly stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import psutil
import pytest

from catalog_graph.embedded.bolt import port_is_free
from catalog_graph.embedded.cache import cache_dir

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "catalog_graph.embedded"]
SMALL = ["--heap", "300m", "--page-cache", "32m"]


def ready(program: subprocess.Popen[bytes]) -> dict[str, object]:
    output: IO[bytes] | None = program.stdout
    assert output is not None
    line = json.loads(output.readline())
    assert set(line) == {"uri", "username", "password", "pid"}
    return dict(line)


def test_stops_when_its_input_closes() -> None:
    arguments = [*COMMAND, "--temporary", *SMALL]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        pid = ready(program)["pid"]
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(60) == 0
    assert not psutil.pid_exists(pid)


def test_stops_at_sigterm_and_not_for_lack_of_an_input(folder: Path) -> None:
    arguments = [*COMMAND, str(folder), *SMALL]
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
        connection = ready(program)
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(0.5)
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0
    assert port_is_free(int(str(connection["uri"]).rpartition(":")[2]))
    assert list(cache_dir().glob("neo4j-*/classes-*/neo4j.jsa"))


def test_reports_an_error_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = subprocess.run([*COMMAND, str(tmp_path / "file")], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The data folder")
    assert "Traceback" not in ended.stderr


def test_fetches_without_starting(tmp_path: Path) -> None:
    ended = subprocess.run([*COMMAND, "--fetch-only"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_requires_a_folder_or_one_of_its_options() -> None:
    ended = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "give exactly one of DATA_DIR, --temporary and --fetch-only" in ended.stderr
