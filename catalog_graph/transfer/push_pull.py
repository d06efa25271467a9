"""Takes a whole catalog from a local file to a service, and back: again and again, without harm.

What is registered keeps its id, its instant, its version, its tags and its parents, in any order: a parent that comes
later is shown as unregistered until then. A row that a catalog cannot keep as it is, is reported and left out whole.
Not taken along: that an artifact was deleted, and edges that were removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote

from catalog_graph import checks
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogError, Conflict, CycleRefused, InvalidInput
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

BATCH_ROWS = 1000
BATCH_BYTES = 4 * 1024 * 1024
"""Of the texts of a batch; a batch holds one row at least."""

_REASONS = 100

BadRow = Callable[[str, str], None]
"""Told which row was left out (its id, or its number in the file), and why."""
Progress = Callable[[int], None]
"""Told after each batch how many rows have been looked at by now."""


@dataclass
class Transferred:
    """What a transfer came to."""

    registered: int = 0
    """Artifacts that the other side has now, those that it had before among them."""
    left_out: int = 0
    resumed_at: int = 0
    """Rows that an earlier, unfinished transfer had done."""
    reasons: list[str] = field(default_factory=list)
    """Which rows were left out, and why: the first 100."""

    def leave_out(self, which: str, reason: str, bad_row: BadRow) -> None:
        """Count a row that is left out, and tell of it."""
        self.left_out += 1
        if len(self.reasons) < _REASONS:
            self.reasons.append(f"{which}: {reason}")
        bad_row(which, reason)


def count_rows(path: Path) -> int:
    """How many artifacts the file holds; raises `InvalidInput` where it is no catalog."""
    with closing(_opened(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM artifacts").fetchone()[0])


def push(path: Path, target: CatalogBackend, *, bad_row: BadRow, progress: Progress, mark: str) -> Transferred:
    """Register every artifact of the local file at `path` in `target`.

    `mark` names the target in the note beside the file from which an unfinished push goes on. Raises `InvalidInput`
    where the file is no catalog, and what `target` raises where it does not answer.
    """
    note = Note(path.with_name(f"{path.name}.push.json"), mark)
    done = Transferred()
    with closing(_opened(path)) as connection:
        after = _place(connection, note.read())
        done.resumed_at = _rows_up_to(connection, after)
        seen = done.resumed_at
        while rows := _rows_after(connection, after):
            entries = [entry for row in rows if (entry := _entry(row, done, bad_row)) is not None]
            register_rows(target, [Row(entry.artifact_id, entry) for entry in entries], done, bad_row)
            after = rows[-1][0]
            note.write({"rowid": after, "artifact_id": _shown(rows[-1][1])})
            seen += len(rows)
            progress(seen)
    note.remove()
    return done


def pull(
    source: CatalogBackend, target: CatalogBackend, path: Path, *, bad_row: BadRow, progress: Progress, mark: str
) -> Transferred:
    """Register every artifact of `source` in `target`, the local file at `path`, newest first.

    As `push` otherwise. What is registered in `source` after an unfinished pull began is not seen when it goes on.
    """
    note = Note(path.with_name(f"{path.name}.pull.json"), mark)
    begun = note.read()
    done = Transferred(resumed_at=int(begun.get("seen", 0)))
    cursor, seen = begun.get("cursor"), done.resumed_at
    while True:
        page = _page(source, cursor)
        register_rows(target, [Row(entry.artifact_id, entry) for entry in page.items], done, bad_row)
        cursor, seen = page.cursor, seen + len(page.items)
        if cursor is not None:
            note.write({"cursor": cursor, "seen": seen})
        progress(seen)
        if cursor is None:
            note.remove()
            return done


def _page(source: CatalogBackend, cursor: str | None) -> Page:
    try:
        return source.find(Selection(), limit=BATCH_ROWS, cursor=cursor)
    except InvalidInput:
        if cursor is None:
            raise
        # Noted before the service was upgraded, perhaps: all over again costs time and nothing else.
        return source.find(Selection(), limit=BATCH_ROWS)


# ---- the other side


class Row(NamedTuple):
    """An entry, and what it is called where it is left out."""

    which: str
    entry: CatalogEntry


def register_rows(
    target: CatalogBackend,
    rows: Sequence[Row],
    done: Transferred,
    bad_row: BadRow,
    on_duplicate: OnDuplicate = "warn",
) -> None:
    """Register a batch, without those of its rows that the catalog refuses."""
    rest = list(rows)
    while rest:
        try:
            target.register_many([row.entry for row in rest], on_duplicate=on_duplicate)
        except (InvalidInput, Conflict) as error:
            culprits = _culprits(rest, error)
            if not culprits:
                middle = len(rest) // 2
                register_rows(target, rest[:middle], done, bad_row, on_duplicate)
                rest = rest[middle:]
                continue
            for position, reason in culprits.items():
                done.leave_out(rest[position].which, reason, bad_row)
            rest = [row for position, row in enumerate(rest) if position not in culprits]
        else:
            done.registered += len(rest)
            return


def _culprits(rows: Sequence[Row], error: CatalogError) -> dict[int, str]:
    """Positions of the rows that an error is about, and why; none where it may be any of several."""
    listed = error.details.get("errors", [])
    found = {each["index"]: str(each["reason"]) for each in listed if 0 <= each.get("index", -1) < len(rows)}
    if len(rows) == 1:
        return found or {0: error.message}
    if not found and isinstance(error, CycleRefused):
        positions = {row.entry.artifact_id: position for position, row in enumerate(rows)}
        found = {positions[i]: error.message for i in error.details.get("path", []) if i in positions}
        found = dict(list(found.items())[:1])
    return found


# ---- the local file, row by row as it stands there


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise InvalidInput(f"there is no file {str(path)!r}; name a catalog, as .flowyml/catalog.db", field="path")
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=60)
    connection.text_factory = bytes
    try:
        columns = [name.decode() for _, name, *_ in connection.execute("PRAGMA table_info(artifacts)")]
    except sqlite3.DatabaseError as cause:
        connection.close()
        raise InvalidInput(f"{str(path)!r} cannot be read as a catalog: {cause}", field="path") from cause
    if not set(CONTRACT_FIELDS) <= set(columns):
        connection.close()
        raise InvalidInput(f"{str(path)!r} is no catalog: it has no table of artifacts", field="path")
    return connection


def _rows_after(connection: sqlite3.Connection, rowid: int) -> list[tuple[Any, ...]]:
    """The next rows, each its rowid and its columns: a batch by number and by size."""
    statement = f"SELECT rowid, {', '.join(CONTRACT_FIELDS)} FROM artifacts WHERE rowid > ? ORDER BY rowid LIMIT ?"  # noqa: S608
    rows, size = [], 0
    with closing(connection.execute(statement, (rowid, BATCH_ROWS))) as cursor:
        for row in cursor:
            rows.append(row)
            size += sum(len(value) for value in row if isinstance(value, bytes))
            if size >= BATCH_BYTES:
                break
    return rows


def _place(connection: sqlite3.Connection, note: dict[str, Any]) -> int:
    """The rowid after which to go on; 0 where the note is of another file, or its row has changed."""
    rowid = note.get("rowid")
    if not isinstance(rowid, int):
        return 0
    row = connection.execute("SELECT artifact_id FROM artifacts WHERE rowid = ?", (rowid,)).fetchone()
    return rowid if row is not None and _shown(row[0]) == note.get("artifact_id") else 0


def _rows_up_to(connection: sqlite3.Connection, rowid: int) -> int:
    return int(connection.execute("SELECT count(*) FROM artifacts WHERE rowid <= ?", (rowid,)).fetchone()[0])


def _entry(row: Sequence[Any], done: Transferred, bad_row: BadRow) -> CatalogEntry | None:
    """The entry of a row, whole, or none at all."""
    try:
        fields = {name: _text(value, name) for name, value in zip(CONTRACT_FIELDS, row[1:], strict=True)}
        given: dict[str, Any] = {name: value or "" for name, value in fields.items()}
        given["parent_ids"] = _json(fields["parent_ids"], "parent_ids", list)
        given["tags"] = _json(fields["tags"], "tags", dict)
        given["metadata"] = _json(fields["metadata"], "metadata", dict)
        checks.checked_id(given["artifact_id"])
        return checks.checked_entry(CatalogEntry(**{**given, "version": given["version"] or None}), "local")
    except InvalidInput as error:
        done.leave_out(_shown(row[1]) or f"row {row[0]}", error.message, bad_row)
        return None


def _text(value: Any, name: str) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as cause:
            raise InvalidInput(f"{name} is no text in UTF-8", field=name) from cause
    if value is not None and name in ("parent_ids", "tags", "metadata"):
        raise InvalidInput(f"{name} is a number, not JSON", field=name)
    return None if value is None else str(value)


def _json(text: str | None, name: str, kind: type) -> Any:
    if not text:
        return kind()
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as cause:
        raise InvalidInput(f"{name} is no JSON: {cause}", field=name) from cause
    if not isinstance(value, kind):
        raise InvalidInput(f"{name} is JSON, but not {'a list' if kind is list else 'an object'}", field=name)
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text}, which JSON has no number for")


def _shown(artifact_id: Any) -> str:
    return artifact_id.decode(errors="replace") if isinstance(artifact_id, bytes) else str(artifact_id or "")


class Note:
    """How far an unfinished transfer has come, by the other side that it is with."""

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark

    def read(self) -> dict[str, Any]:
        """The place; empty where there is none."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) and found.get("with") == self._mark else {}

    def write(self, place: dict[str, Any]) -> None:
        """Note a place."""
        new = self._path.with_name(f"{self._path.name}.new")
        # Without a note the next transfer begins at the beginning, which costs time and nothing else.
        with suppress(OSError):
            new.write_text(json.dumps({"with": self._mark, **place}), encoding="utf-8")
            new.replace(self._path)

    def remove(self) -> None:
        """The transfer is finished."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
