"""How answers are written: tables for people; JSON, CSV and pictures for programs.

What is piped has no colours and is not cut to the width of anything; nothing but the answer is on standard output.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from catalog_graph.cli.common import note
from catalog_graph.cli.values import read_value

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry


BROKEN_PIPE = 141
"""The status of a program whose reader went away, as shells know it."""


class Format(StrEnum):
    """How a list is written."""

    table = "table"
    json = "json"
    csv = "csv"


ListFormat = Annotated[Format, typer.Option("--format", help="How the answer is written.")]

_GAP = 2
"""Blanks between columns."""
_LEAST = 16
"""A column that is cut short on a terminal has at least so many characters."""
ENTRY_COLUMNS = ("id", "name", "type", "version", "created", "tags")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_IN_JSON = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What a terminal would obey rather than show."""


def styled(text: str, stream: TextIO, **style: Any) -> str:
    """`text` in a style where a terminal shows it and NO_COLOR does not forbid it."""
    return typer.style(text, **style) if stream.isatty() and not os.environ.get("NO_COLOR") else text


def write(text: str) -> None:
    """Write a text that ends its line. Where the reader has gone, as `head` does, end without a complaint."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        # What is still buffered would be tried again, and complained about, when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None


def write_lines(lines: Iterable[str]) -> None:
    """Write each line, if there are any."""
    for line in lines:
        write(line)


def write_json(value: Any) -> None:
    """Write a value as JSON, and nothing else."""
    write(json_text(value))


def json_text(value: Any) -> str:
    """`value` as JSON, with escapes for what a terminal would obey, and for what the output cannot encode."""
    plain = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(value, ensure_ascii=not plain, indent=2)
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows."""
    from catalog_graph.render.csv import csv_text

    write(csv_text(columns, rows))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, whole: Sequence[str] = ("id",)) -> None:
    """Write rows below a header: on a terminal as wide as that is, with the columns `whole` never cut short."""
    from rich.cells import cell_len

    lines = [[name.upper() for name in columns], *([shown(value) for value in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        screen = shutil.get_terminal_size().columns
        widths = fitted(widths, [name in whole for name in columns], screen)
    gap = " " * _GAP
    header, *rest = (gap.join(map(_cut, line, widths)).rstrip() for line in lines)
    write_lines([styled(header, sys.stdout, bold=True), *rest])
    if hidden := columns[len(widths) :]:
        note(f"… this screen is too narrow for: {', '.join(hidden)}")


def write_entries(entries: Sequence[CatalogEntry], form: Format, **more: Any) -> None:
    """Write artifacts: as a table, as CSV with every field, or as JSON with `more` beside the `items`."""
    if form is Format.json:
        write_json({"items": [entry.to_dict() for entry in entries], **more})
    elif form is Format.csv:
        from catalog_graph.artifact import FIELDS

        write_csv(FIELDS, ([_flat(getattr(entry, name)) for name in FIELDS] for entry in entries))
    else:
        write_table(ENTRY_COLUMNS, map(_row, entries))


@contextmanager
def progress_bar(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, told how many are done by now; where nobody watches, its last state alone is shown."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = [TextColumn(title, markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda seen: progress.update(task, completed=seen)


def shown(value: Any) -> str:
    """A value as a person reads it; what a terminal would obey is written out."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _INVISIBLE.sub(lambda found: ascii(found[0])[1:-1], text)


def tag_lines(tags: dict[str, Any]) -> list[str]:
    """Tags as the command `tag` takes them: a text that would be read as JSON is in quotes."""
    texts = {key: json.dumps(v, ensure_ascii=False) if read_value(v) != v else v for key, v in tags.items()}
    return [f"{shown(key)}={shown(text)}" for key, text in texts.items()]


def _row(entry: CatalogEntry) -> Sequence[Any]:
    created = entry.created_at[:16].replace("T", " ") if sys.stdout.isatty() else entry.created_at
    return (entry.artifact_id, entry.name, entry.artifact_type, entry.version, created, " ".join(tag_lines(entry.tags)))


def _flat(value: Any) -> Any:
    """A value that a cell can hold."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _cut(text: str, width: int) -> str:
    """`text` in exactly that many cells of a terminal."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"


def fitted(natural: Sequence[int], whole: Sequence[bool], width: int) -> list[int]:
    """How wide each column is shown; those that find no room at the right are left out."""
    least = [n if uncut else min(n, _LEAST) for n, uncut in zip(natural, whole, strict=True)]
    shown_columns = 1
    while shown_columns < len(least) and (whole[shown_columns] or _total(least[: shown_columns + 1]) <= width):
        shown_columns += 1
    widths = least[:shown_columns]
    for position, wanted in enumerate(natural[:shown_columns]):
        widths[position] += max(0, min(wanted - widths[position], width - _total(widths)))
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)
