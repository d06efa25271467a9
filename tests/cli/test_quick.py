"""Imports that wait until they are needed, and the shell's completion, which runs the program at every Tab."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.command import run as run_program
from tests.transfer.files import flowyml_file

HEAVY = {"fastapi", "lark", "neo4j", "numpy", "pydantic", "rich", "rustworkx", "sqlite3", "urllib3", "uvicorn"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom catalog_graph.cli.app import app\n"
        f"try:\n    app({arguments!r})\n"
        "finally:\n    print(*{m.partition('.')[0] for m in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout
    assert HEAVY.isdisjoint(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "position", "completions"),
    [("catalog-graph ups", "1", ["upstream"]), ("catalog-graph list --form", "2", ["--format"])],
)
def test_the_shell_completes(words: str, position: str, completions: list[str]) -> None:
    done = run_program(_CATALOG_GRAPH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=position)
    assert done.stdout.split() == completions


def test_the_package_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "catalog_graph", "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, run_program("--version").stdout)


def test_a_path_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    file = flowyml_file(tmp_path / "catalog.db")
    arguments = ["push", str(file), "--endpoint", "http://127.0.0.1:9/api/v1/catalog", "--bad-rows", "/nonexistent/x"]
    done = run_program(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "/nonexistent/x: No such file or directory\n")
