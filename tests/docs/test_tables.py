"""Tables that are whole: a blank line in one makes plain text of the rows below it."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from tests.docs.blocks import DOCUMENTS, REPOSITORY


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(REPOSITORY)))
def test_every_row_is_in_a_table(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    groups = [list(lines) for is_row, lines in groupby(text.splitlines(), lambda line: line.startswith("|")) if is_row]
    assert [rows[0] for rows in groups if len(rows) < 2 or not re.fullmatch(r"\|[-:| ]+\|", rows[1])] == []
