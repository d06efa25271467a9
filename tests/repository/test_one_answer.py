"""A lineage answer is written in at most eight files, those that docs/development/adding-an-answer.md lists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.answers import questions

REPOSITORY = Path(__file__).parents[2]
GUIDE = "docs/development/adding-an-answer.md"
STEM = "choke_points"
"""The answer of the guide; its name is no common word, so that a search of the text finds it and nothing else."""


def files_about(stem: str) -> list[str]:
    """Tracked files with the name of an answer, as a function, a class, a route or a command."""
    pattern = rf"{stem}|{stem.replace('_', '-')}|{stem.title().replace('_', '')}"
    search = [
        "git",
        "grep",
        "-lIE",
        pattern,
        "--",
        ".",
        ":!CHANGELOG.md",
        f":!{GUIDE}",
        f":!tests/repository/{Path(__file__).name}",
    ]
    return subprocess.run(search, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()


def test_an_answer_touches_at_most_eight_files() -> None:
    assert STEM in questions()
    assert len(files_about(STEM)) <= 8


def test_the_guide_lists_them() -> None:
    table = re.findall(r"^\| `([^`]+)` \|", (REPOSITORY / GUIDE).read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(files_about(STEM))
