"""Rows as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = re.compile(r"""(^|[;|\t\n\r])(?=[\s\x00\ufeff"]*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r])""")
"""Places at which a formula may begin."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a header and rows, without a newline at the end; no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().rstrip("\n")


def _cell(value: object) -> str:
    """Return a value as text; one that a spreadsheet might read as a formula gets an apostrophe before it.

    A spreadsheet that splits at other characters than commas, such as semicolons, finds more cells in a text; some
    also take the full-width forms of the signs.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return _FORMULA.sub(lambda place: f"{place[1] or ''}'", value)
