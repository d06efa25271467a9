"""How answers are written: tables for people; JSON, CSV and pictures for programs.

What is piped has no colours and is not cut to the width of anything; nothing but the answer is on standard output.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

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

ENTRY_COLUMNS = ("id", "name", "type", "version", "created", "tags")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_IN_JSON = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What a terminal would obey rather than show."""


def write(text: str) -> None:
    """Write a text that ends its line. Where the reader has gone, as `head` does, end without a complaint."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        # What is still buffered would be tried again, and complained about, when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None


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
    texts = [[shown(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _write_for_a_terminal(columns, texts, whole)
    else:
        _write_aligned(columns, texts)


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


def tags_text(tags: dict[str, Any]) -> str:
    """Tags as the command `tag` takes them."""
    return " ".join(f"{key}={shown(value)}" for key, value in tags.items())


def _row(entry: CatalogEntry) -> Sequence[Any]:
    created = entry.created_at[:16].replace("T", " ") if sys.stdout.isatty() else entry.created_at
    return (entry.artifact_id, entry.name, entry.artifact_type, entry.version, created, tags_text(entry.tags))


def _flat(value: Any) -> Any:
    """A value that a cell can hold."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _write_aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [[name.upper() for name in columns], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        write("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _write_for_a_terminal(columns: Sequence[str], rows: Sequence[Sequence[str]], whole: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        # What is copied from the screen must be whole, if need be on two lines.
        table.add_column(name.upper(), no_wrap=name not in whole, overflow="fold" if name in whole else "ellipsis")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
