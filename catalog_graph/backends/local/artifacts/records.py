"""Rows of FlowyML's table as entries and back. Whatever a row holds, reading it gives an entry."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog_graph import instants
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.checks import MAX_NESTING
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds

COLUMNS = ", ".join(f"a.{name}" for name in CONTRACT_FIELDS)
"""The columns that `entry_of_row` reads, of `artifacts AS a`."""

COLUMNS_TO_INDEX = COLUMNS.replace("a.metadata", "NULL")
"""The same without the metadata, which may be large and which nothing is found by."""

_INSERT = f"INSERT INTO artifacts ({', '.join(CONTRACT_FIELDS)}) VALUES ({', '.join('?' * len(CONTRACT_FIELDS))})"
_UPDATE = f"UPDATE artifacts SET {', '.join(f'{name} = ?' for name in CONTRACT_FIELDS[1:])} WHERE artifact_id = ?"


@dataclass(slots=True)
class Stored:
    """An entry with its instants in microseconds, as our tables keep them."""

    entry: CatalogEntry
    created: int
    recorded: int


def fetched(connection: sqlite3.Connection, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    """All rows of a query; texts that are no UTF-8 are read as well as they can be."""
    try:
        return connection.execute(statement, parameters).fetchall()
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    connection.text_factory = _decoded
    try:
        return connection.execute(statement, parameters).fetchall()
    finally:
        connection.text_factory = str


def entry_of_row(row: Sequence[Any]) -> CatalogEntry:
    """The entry of a row (`COLUMNS`, read by `fetched`), its `created_at` as it stands there."""
    text = list(map(_text, row))
    return CatalogEntry(
        artifact_id=text[0],
        name=text[1],
        artifact_type=text[2],
        content_hash=text[3],
        source_step=text[4],
        source_run_id=text[5],
        source_pipeline=text[6],
        parent_ids=parents_of(text[7]),
        tags=object_of(text[8]),
        metadata=object_of(text[9]),
        uri=text[10],
        created_at=text[11],
        version=text[12] or None,
    )


def foreign(row: Sequence[Any], recorded: int | None, now: int) -> Stored:
    """A row that FlowyML wrote, seen by our triggers at `recorded`; rows older than they are count from
    when they were created. An instant that cannot be read is taken to be `recorded`.
    """
    entry = entry_of_row(row)
    try:
        entry.created_at, created = instants.read(entry.created_at, "local")
    except InvalidInput:
        created = now if recorded is None else recorded
        entry.created_at = from_microseconds(created)
    return Stored(entry, created, min(created, now) if recorded is None else recorded)


def addressable(artifact_id: Any) -> bool:
    """Whether an artifact can be asked for by this id."""
    return isinstance(artifact_id, str) and artifact_id != "" and "\0" not in artifact_id


def parents_of(column: Any) -> list[str]:
    """The parent ids in a column; numbers count as their text, as SQLite compares them."""
    found = _json(_text(column), list)
    ids = [str(i) if isinstance(i, int) and not isinstance(i, bool) else i for i in found]
    return list(dict.fromkeys(i for i in ids if isinstance(i, str) and i))


def object_of(column: Any) -> dict[str, Any]:
    """The tags or the metadata in a column."""
    found: dict[str, Any] = _json(_text(column), dict)
    return found


def insert(connection: sqlite3.Connection, entries: Sequence[CatalogEntry]) -> None:
    """Add rows for `entries`."""
    connection.executemany(_INSERT, map(_row, entries))


def update(connection: sqlite3.Connection, entries: Sequence[CatalogEntry]) -> None:
    """Change the rows of `entries`."""
    connection.executemany(_UPDATE, ([*row[1:], row[0]] for row in map(_row, entries)))


def update_column(connection: sqlite3.Connection, entry: CatalogEntry, column: str) -> None:
    """Change the tags or the parents in the row of `entry`, and leave the rest as FlowyML wrote it."""
    value = json.dumps(getattr(entry, column))
    connection.execute(f"UPDATE artifacts SET {column} = ? WHERE artifact_id = ?", (value, entry.artifact_id))


def _row(entry: CatalogEntry) -> list[Any]:
    values = [getattr(entry, name) for name in CONTRACT_FIELDS]
    values[7:10] = [json.dumps(value) for value in values[7:10]]
    values[11] = _local(entry.created_at)
    return values


def _local(created_at: str) -> str:
    """The same instant in the machine's zone: FlowyML sorts these texts, and writes its own in that zone."""
    try:
        return datetime.fromisoformat(created_at).astimezone().isoformat(timespec="microseconds")
    except (OverflowError, ValueError, OSError):
        return created_at


def _json(text: str, kind: Callable[[], Any]) -> Any:
    if not text or text == "[]" or text == "{}":
        return kind()
    try:
        found = json.loads(text)
        if "\\u" in text and _HARMFUL.search(text):
            found = json.loads(_harmless(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return kind()
    return found if isinstance(found, kind) else kind()  # type: ignore[arg-type]


_HARMFUL = re.compile(r"\\u(d[89a-f]|0000)", re.IGNORECASE)
"""Escapes of characters that SQLite does not take, or takes for the end of a text."""
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _harmless(text: str) -> str:
    without_halves = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NUL.sub("\\1\ufffd", without_halves)


def _text(value: Any) -> str:
    if type(value) is str and "\0" not in value:
        return value
    if isinstance(value, bytes):
        return _decoded(value)
    return "" if value is None else str(value).replace("\0", "\ufffd")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def searchable(value: Any, levels: int = MAX_NESTING) -> Any:
    """The value of a tag as an index takes it: numbers that are none, or past all doubles, as text, no deep nesting."""
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) >= 2**1023:
        return str(value)
    if isinstance(value, list | dict) and levels == 0:
        return None
    if isinstance(value, list):
        return [searchable(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {key: searchable(item, levels - 1) for key, item in value.items()}
    return value
