"""`make help` shows every task, in groups, on one screen."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
COLUMNS, LINES = 80, 24


def help_text() -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_it_fits_one_screen() -> None:
    lines = help_text().splitlines()
    assert len(lines) < LINES, "one line is for the prompt"
    assert max(map(len, lines)) <= COLUMNS


def test_it_lists_every_task_in_a_group() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    first, *_ = lines = help_text().splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == ["Use", "Develop", "Release"]
    assert first == "Use"
    named = set(re.findall(r"[a-z-]+", "\n".join(line for line in lines if line.startswith("  "))))
    assert set(phony.split()) - {"help"} <= named


def test_ci_runs_tasks_alone() -> None:
    commands = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    words = " ".join(command for command in commands if command.startswith("make ")).split()
    tasks = [word for word in words if word != "make" and not word.startswith(("--", "FORM="))]
    assert tasks == ["check", "docs", "test-web", "test", "chaos", "fuzz", "bench-quick", "test-lts"]
