"""Output formats: tables for people; JSON, CSV and pictures for programs.

Piped output has no colours and is never shortened. Standard output has the answer and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from catalog_graph.cli.common import is_read_by_person, note
from catalog_graph.cli.short_ids import SHORT_ID
from catalog_graph.cli.values import is_json
from catalog_graph.forms import instant
from catalog_graph.render.versions import with_aliases

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry


BROKEN_PIPE = 141
"""Exit status of a program whose reader went away, as shells report it."""


class Format(StrEnum):
    """Formats of a list."""

    table = "table"
    json = "json"
    csv = "csv"


ListFormat = Annotated[Format, typer.Option("--format", help="The output format.")]

_MADE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}", re.ASCII)
_ID_IN_TEXT = re.compile(r"\[([0-9a-f-]{16,64})\]", re.ASCII)
_IDS = ("id", "artifact", "artifact_id", "before", "after")
_INSTANTS = ("created", "at")
"""Columns of ids and of instants, which are shortened on a terminal."""
_GAP = 2
"""Spaces between columns."""
_MIN_WIDTH = 16
"""Minimum characters of a column that is shortened on a terminal."""
ENTRY_COLUMNS = ("id", "name", "type", "version", "created", "tags")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_CONTROL_IN_JSON = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Characters that control a terminal instead of being shown; JSON escapes the first 32 itself."""


def styled(text: str, stream: TextIO, **style: Any) -> str:
    """Return `text` in a style, unless `stream` is no terminal or NO_COLOR is set."""
    return typer.style(text, **style) if stream.isatty() and not os.environ.get("NO_COLOR") else text


def write(text: str) -> None:
    """Write a line of text; if the reader of a pipe is gone, end the command without an error message."""
    with end_on_broken_pipe():
        typer.echo(text)


@contextmanager
def end_on_broken_pipe() -> Iterator[None]:
    """End the command without an error message if the reader of its output is gone, as `head` is early."""
    try:
        yield
    except BrokenPipeError:
        # Python would write the rest of the buffer when the program ends, and report the same error again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None


def write_lines(lines: Iterable[str]) -> None:
    """Write each line."""
    for line in lines:
        write(line)


def write_json(value: Any) -> None:
    """Write a value as JSON."""
    write(json_text(value))


def json_text(value: Any) -> str:
    """Return `value` as JSON, with escapes for control characters and for those that the output cannot encode."""
    plain = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(value, ensure_ascii=not plain, indent=2)
    return _CONTROL_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows as CSV."""
    from catalog_graph.render.csv import csv_text

    write(csv_text(columns, rows))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, whole: Sequence[str] = ("id",)) -> None:
    """Write rows below a header; on a terminal they are fitted to its width, without cutting the columns `whole`.

    There, ids are short (`short_ids`) and instants end with the minute.
    """
    from rich.cells import cell_len

    if sys.stdout.isatty():
        rows = _for_people(columns, [list(row) for row in rows])
    lines = [[name.upper() for name in columns], *([shown(value) for value in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        screen = shutil.get_terminal_size().columns
        widths = fitted(widths, [name in whole for name in columns], screen)
    gap = " " * _GAP
    header, *rest = (gap.join(map(cut, line, widths)).rstrip() for line in lines)
    write_lines([styled(header, sys.stdout, bold=True), *rest])
    if hidden := columns[len(widths) :]:
        note(f"… the terminal is too narrow for: {', '.join(hidden)}")


def _for_people(columns: Sequence[str], rows: list[list[Any]]) -> list[list[Any]]:
    for position, name in enumerate(columns):
        if name in _IDS:
            short = short_ids([row[position] for row in rows if row[position]])
            for row in rows:
                row[position] = short.get(row[position], row[position])
        elif name in _INSTANTS:
            for row in rows:
                row[position] = instant(str(row[position] or ""))
    return rows


def short_ids(artifact_ids: Iterable[str]) -> dict[str, str]:
    """Return the first 8 characters of each id that a program made, or more, until they differ from one another."""
    made = {each for each in artifact_ids if _MADE_ID.fullmatch(each)}
    short: dict[str, str] = {}
    length = SHORT_ID
    while len(short) < len(made):
        starts = Counter(each[:length] for each in made)
        short |= {each: each[:length] for each in made if each not in short and starts[each[:length]] == 1}
        length += 1
    return short


def write_text(text: str) -> None:
    """Write a text; on a terminal, the ids that it has in brackets are short."""
    if sys.stdout.isatty():
        short = short_ids(_ID_IN_TEXT.findall(text))
        text = _ID_IN_TEXT.sub(lambda match: f"[{short.get(match[1], match[1])}]", text)
    write(text)


def write_entries(entries: Sequence[CatalogEntry], form: Format, columns: Sequence[str] = (), **more: Any) -> None:
    """Write artifacts as a table, as CSV with all fields, or as JSON with the members `items` and `more`.

    On a terminal, the table has a column for each of `columns` that is the key of a field, a tag or a value in the
    metadata.
    """
    if form is Format.json:
        write_json({"items": [entry.to_dict() for entry in entries], **more})
    elif form is Format.csv:
        from catalog_graph.artifact import FIELDS

        write_csv(FIELDS, ([_flat(getattr(entry, name)) for name in FIELDS] for entry in entries))
    else:
        named = [name for name in columns if sys.stdout.isatty() and name not in ENTRY_COLUMNS]
        header = (*ENTRY_COLUMNS[:4], *named, *ENTRY_COLUMNS[4:])
        write_table(header, (_row(entry, named) for entry in entries))


@contextmanager
def progress_bar(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error; yield the function that sets how many items are done.

    Nothing is shown without a terminal.
    """
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
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), disable=not is_read_by_person()
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)


def shown(value: Any) -> str:
    """Return a value as text for people, with escapes for control characters."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def tag_lines(tags: dict[str, Any]) -> list[str]:
    """Return tags as the command `tag` takes them: a text that is valid JSON is in quotes."""
    texts = {key: json.dumps(v, ensure_ascii=False) if is_json(v) else v for key, v in tags.items()}
    return [f"{shown(key)}={shown(text)}" for key, text in texts.items()]


def _row(entry: CatalogEntry, named: Sequence[str]) -> Sequence[Any]:
    values = [_named_value(entry, name) for name in named]
    tags = " ".join(tag_lines(entry.tags))
    return (
        entry.artifact_id,
        entry.name,
        entry.artifact_type,
        with_aliases(entry),
        *values,
        entry.created_at,
        tags,
    )


def _named_value(entry: CatalogEntry, name: str) -> Any:
    """Return the value of a field, a tag or a metric that a query names."""
    from catalog_graph.query.index import TERM_FIELDS, metadata_values
    from catalog_graph.query.language import PLAIN_FIELDS
    from catalog_graph.query.metadata import is_unindexed, values_at

    if is_unindexed(name):
        return next(values_at(entry, name), "")
    attribute = {**TERM_FIELDS, **PLAIN_FIELDS}.get(name.casefold())
    if attribute is not None:
        return getattr(entry, attribute)
    values = {**metadata_values(entry), **entry.tags}
    folded = {key.casefold(): value for key, value in values.items()}
    return values.get(name, folded.get(name.casefold(), ""))


def _flat(value: Any) -> Any:
    """Return a value for one cell."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def cut(text: str, width: int) -> str:
    """Return `text` padded or shortened to exactly `width` cells of a terminal."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"


def fitted(natural: Sequence[int], whole: Sequence[bool], width: int) -> list[int]:
    """Return the widths of the columns; columns at the right without room are left out."""
    minimum = [n if uncut else min(n, _MIN_WIDTH) for n, uncut in zip(natural, whole, strict=True)]
    shown_columns = 1
    while shown_columns < len(minimum) and (whole[shown_columns] or _total(minimum[: shown_columns + 1]) <= width):
        shown_columns += 1
    widths = minimum[:shown_columns]
    for position, full in enumerate(natural[:shown_columns]):
        widths[position] += max(0, min(full - widths[position], width - _total(widths)))
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)
