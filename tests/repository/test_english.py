"""`tools.english` finds every phrase that the page on English lists, with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import english

PAGE = Path(__file__).parents[2] / "docs" / "development" / "english.md"
ROWS = re.findall(r"^\| \"(.+?)\" \| \"(.+?)\" \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_has_the_table() -> None:
    assert len(ROWS) >= 8


@pytest.mark.parametrize(("private", "standard"), ROWS)
def test_a_phrase_of_the_page_is_a_problem_and_its_better_form_is_none(
    private: str, standard: str, tmp_path: Path
) -> None:
    assert problems(tmp_path, f'"""Module."""\n\nLIMIT = 1\n"""{private}"""\n')
    assert not problems(tmp_path, f'"""Module."""\n\nLIMIT = 1\n"""{standard}"""\n')


@pytest.mark.parametrize("phrase", english.PHRASES)
def test_each_phrase_is_a_problem_in_every_kind_of_file(phrase: str, tmp_path: Path) -> None:
    assert problems(tmp_path, f"// So {phrase}, it said.\n", "query.cypher") == [(1, f"says {phrase!r}")]
    assert problems(tmp_path, f"# Heading\n\nSo {phrase}.\n", "page.md") == [(3, f"says {phrase!r}")]


def test_a_phrase_may_run_over_a_line_break(tmp_path: Path) -> None:
    code = '"""Module."""\n\n# The server retries; it is for\n# the next time that it starts.\n'
    assert problems(tmp_path, code) == [(3, "says 'it is for # the next time'")]


def test_names_with_participles_are_problems(tmp_path: Path) -> None:
    code = '"""Module."""\n\n\ndef read(told, page):\n    found_page = page\n    page.asked = told\n'
    assert problems(tmp_path, code) == [
        (4, "is named 'told': use a noun"),
        (5, "is named 'found_page': use a noun"),
        (6, "is named 'asked': use a noun"),
    ]


def test_docstrings_do_not_open_with_a_question(tmp_path: Path) -> None:
    code = (
        '"""What it does."""\n\n\nclass Page:\n    """A page."""\n\n    last: bool\n    """Whether it is the last."""\n'
    )
    assert [line for line, _ in problems(tmp_path, code)] == [1, 8]


def problems(folder: Path, text: str, name: str = "module.py") -> list[tuple[int, str]]:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return sorted(english.check(file))
