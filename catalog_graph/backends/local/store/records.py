"""Rows of FlowyML's table as entries and back. Every row can be read, whatever it contains."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog_graph import instants
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import from_microseconds, microseconds

COLUMNS = ", ".join(f"a.{name}" for name in CONTRACT_FIELDS)
"""The columns of `artifacts AS a` that `entry_of_row` takes."""

COLUMNS_TO_COMPARE = COLUMNS.replace("a.metadata", "NULL")
"""The same columns without the metadata, which may be large."""

_INSERT = f"INSERT INTO artifacts ({', '.join(CONTRACT_FIELDS)}) VALUES ({', '.join('?' * len(CONTRACT_FIELDS))})"
_UPDATE = f"UPDATE artifacts SET {', '.join(f'{name} = ?' for name in CONTRACT_FIELDS[1:])} WHERE artifact_id = ?"


@dataclass(slots=True)
class Document:
    """An entry to be indexed, with its instants in microseconds, as our tables keep them."""

    entry: CatalogEntry
    created: int
    recorded: int
    position: int = 0
    """Place among the artifacts that are recorded at this instant; a registered artifact keeps the one that it has."""

    @classmethod
    def of(cls, entry: CatalogEntry, position: int = 0) -> Document:
        """Return the document of an entry whose instants are normalised."""
        return cls(entry, microseconds(entry.created_at), microseconds(entry.recorded_at), position)


def fetch_all(connection: sqlite3.Connection, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query; replace bytes that are not valid UTF-8."""
    try:
        return connection.execute(statement, parameters).fetchall()
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    connection.text_factory = _decode
    try:
        return connection.execute(statement, parameters).fetchall()
    finally:
        connection.text_factory = str


def entry_of_row(row: Sequence[Any]) -> CatalogEntry:
    """Return the entry of a row (`COLUMNS`, read by `fetch_all`), with `created_at` as FlowyML's table has it."""
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


def document_of_row(row: Sequence[Any], recorded: int | None, now: int, position: int) -> Document:
    """Return the document of a row that FlowyML wrote and our triggers saw at the instant `recorded`.

    A row that is older than the triggers (`recorded` is `None`) counts as recorded when it was created. An unreadable
    `created_at` is replaced by `recorded`, or else by `now`.
    """
    entry = entry_of_row(row)
    try:
        entry.created_at, created = instants.read(entry.created_at, "local")
    except InvalidInput:
        created = now if recorded is None else recorded
        entry.created_at = from_microseconds(created)
    return Document(entry, created, min(created, now) if recorded is None else recorded, position)


def is_addressable(artifact_id: Any) -> bool:
    """Return True if a value in the column of ids can be the id of an artifact."""
    return isinstance(artifact_id, str) and artifact_id != "" and "\0" not in artifact_id


def parents_of(column: Any) -> list[str]:
    """Return the parent ids in a column; a number stands for its text, as in SQLite's comparisons."""
    values = _json(_text(column), list)
    ids = [str(i) if isinstance(i, int) and not isinstance(i, bool) else i for i in values]
    return list(dict.fromkeys(i for i in ids if isinstance(i, str) and i))


def object_of(column: Any) -> dict[str, Any]:
    """Return the tags or the metadata in a column."""
    value: dict[str, Any] = _json(_text(column), dict)
    return value


def insert(connection: sqlite3.Connection, entries: Sequence[CatalogEntry]) -> None:
    """Insert a row for each entry."""
    connection.executemany(_INSERT, map(row_of, entries))


def update(connection: sqlite3.Connection, entries: Sequence[CatalogEntry]) -> None:
    """Update the rows of the entries."""
    connection.executemany(_UPDATE, ([*row[1:], row[0]] for row in map(row_of, entries)))


def update_column(connection: sqlite3.Connection, entries: Sequence[CatalogEntry], column: str) -> None:
    """Update the tags, the metadata or the parents in the rows of the entries; leave the other columns."""
    set_column(connection, column_rows(entries, column), column)


def column_rows(entries: Iterable[CatalogEntry], column: str) -> list[tuple[str, str]]:
    """Return the JSON of a column and the id of each entry."""
    return [(json.dumps(getattr(entry, column)), entry.artifact_id) for entry in entries]


def set_column(connection: sqlite3.Connection, rows: Sequence[tuple[str, str]], column: str) -> None:
    """Set a column to what `column_rows` returned."""
    connection.executemany(f"UPDATE artifacts SET {column} = ? WHERE artifact_id = ?", rows)


def clear_columns(connection: sqlite3.Connection, artifact_id: str, columns: Sequence[str]) -> None:
    """Empty text columns in the row of an artifact; leave the other columns as FlowyML wrote them."""
    for column in columns:
        connection.execute(f"UPDATE artifacts SET {column} = '' WHERE artifact_id = ?", (artifact_id,))


def row_of(entry: CatalogEntry) -> list[Any]:
    """Return the row of an entry, as FlowyML writes it."""
    values = [getattr(entry, name) for name in CONTRACT_FIELDS]
    values[7:10] = [json.dumps(value) for value in values[7:10]]
    values[11] = _in_local_zone(entry.created_at)
    return values


def _in_local_zone(created_at: str) -> str:
    """Return an instant in the machine's zone: FlowyML writes this zone, and sorts instants as text."""
    try:
        return datetime.fromisoformat(created_at).astimezone().isoformat(timespec="microseconds")
    except (OverflowError, ValueError, OSError):
        return created_at


def _json(text: str, kind: Callable[[], Any]) -> Any:
    """Return the JSON value of `kind` (`list` or `dict`) in a text; an empty one if the text has no such value."""
    if not text or text == "[]" or text == "{}":
        return kind()
    try:
        value = json.loads(text)
        if "\\u" in text and _UNSTORABLE.search(text):
            value = json.loads(_storable(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return kind()
    return value if isinstance(value, kind) else kind()  # type: ignore[arg-type]


_UNSTORABLE = re.compile(r"\\u(d[89a-f]|0000)", re.IGNORECASE)
"""JSON escapes of surrogates, which SQLite refuses, and of NUL, which ends a text for it."""
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _storable(text: str) -> str:
    without_surrogates = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NUL.sub("\\1\ufffd", without_surrogates)


def _text(value: Any) -> str:
    if type(value) is str and "\0" not in value:
        return value
    if isinstance(value, bytes):
        return _decode(value)
    return "" if value is None else str(value).replace("\0", "\ufffd")


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")
