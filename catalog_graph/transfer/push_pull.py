"""Transfer of a whole catalog from a local file to a service and back; repeating it changes nothing.

Artifacts keep their id, instant, version, tags and parents. Their order does not matter: a parent that comes later is
unregistered until then. A row that the target cannot keep unchanged is reported and left out. Deletions and removed
edges are not transferred.
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

from catalog_graph import checks, instants
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import CatalogError, Conflict, CycleRefused, InvalidInput
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

BATCH_ROWS = 1000
BATCH_BYTES = 4 * 1024 * 1024
"""Maximum bytes of text in a batch, which holds at least one row."""

_MAX_REASONS = 100

BadRow = Callable[[str, str], None]
"""Callback for each row left out: its id or its position in the file, and the reason."""
Progress = Callable[[int], None]
"""Callback after each batch, with the number of rows processed so far."""


@dataclass
class TransferResult:
    """The counts of one transfer, and the reasons for rows left out."""

    registered: int = 0
    """Artifacts of the transfer that the target has now, including those that it had before."""
    left_out: int = 0
    resumed_at: int = 0
    """Rows that an earlier, interrupted transfer had processed."""
    reasons: list[str] = field(default_factory=list)
    """The first 100 rows left out, each with the reason."""

    def leave_out(self, label: str, reason: str, bad_row: BadRow) -> None:
        """Count a row as left out, and report it to `bad_row`."""
        self.left_out += 1
        if len(self.reasons) < _MAX_REASONS:
            self.reasons.append(f"{label}: {reason}")
        bad_row(label, reason)


def count_rows(path: Path) -> int:
    """Return the number of artifacts in the file; raise `InvalidInput` if it is not a catalog."""
    with closing(_open(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM artifacts").fetchone()[0])


def push(path: Path, target: CatalogBackend, *, bad_row: BadRow, progress: Progress, mark: str) -> TransferResult:
    """Register every artifact of the local file at `path` in `target`.

    `mark` identifies the target in the checkpoint, a file beside `path` from which an interrupted push resumes. Raises
    `InvalidInput` if the file is not a catalog, and the error of `target` if it does not answer.
    """
    checkpoint = Checkpoint(path.with_name(f"{path.name}.push.json"), mark)
    result = TransferResult()
    with closing(_open(path)) as connection:
        last_rowid = _resume_rowid(connection, checkpoint.read())
        result.resumed_at = seen = _count_up_to(connection, last_rowid)
        while rows := _rows_after(connection, last_rowid):
            entries = [entry for row in rows if (entry := _entry(row, result, bad_row)) is not None]
            register_rows(target, [Row(entry.artifact_id, entry) for entry in entries], result, bad_row)
            last_rowid = rows[-1][0]
            checkpoint.write({"rowid": last_rowid, "artifact_id": _id_text(rows[-1][1])})
            seen += len(rows)
            progress(seen)
    checkpoint.remove()
    return result


def pull(
    source: CatalogBackend, target: CatalogBackend, path: Path, *, bad_row: BadRow, progress: Progress, mark: str
) -> TransferResult:
    """Register every artifact of `source` in `target`, the local file at `path`, newest first.

    `mark`, `bad_row`, `progress` and errors are as for `push`. A resumed pull does not see artifacts that were
    registered in `source` after the interrupted one began.
    """
    checkpoint = Checkpoint(path.with_name(f"{path.name}.pull.json"), mark)
    position = checkpoint.read()
    result = TransferResult(resumed_at=int(position.get("seen", 0)))
    cursor, seen = position.get("cursor"), result.resumed_at
    while True:
        page = _page(source, cursor)
        register_rows(target, [Row(entry.artifact_id, entry) for entry in page.items], result, bad_row)
        cursor, seen = page.cursor, seen + len(page.items)
        if cursor is not None:
            checkpoint.write({"cursor": cursor, "seen": seen})
        progress(seen)
        if cursor is None:
            checkpoint.remove()
            return result


def _page(source: CatalogBackend, cursor: str | None) -> Page:
    try:
        return source.find(Selection(), limit=BATCH_ROWS, cursor=cursor)
    except InvalidInput:
        if cursor is None:
            raise
        # The service may have been upgraded since the checkpoint. Starting over only takes time.
        return source.find(Selection(), limit=BATCH_ROWS)


# ---- the target


class Row(NamedTuple):
    """An entry, and the label by which it is reported if it is left out."""

    label: str
    entry: CatalogEntry


def register_rows(
    target: CatalogBackend,
    rows: Sequence[Row],
    result: TransferResult,
    bad_row: BadRow,
    on_duplicate: OnDuplicate = "warn",
) -> None:
    """Register a batch; leave out the rows that the catalog refuses."""
    rest = list(rows)
    while rest:
        try:
            target.register_many([row.entry for row in rest], on_duplicate=on_duplicate)
        except (InvalidInput, Conflict) as error:
            culprits = _culprits(rest, error)
            if not culprits:
                middle = len(rest) // 2
                register_rows(target, rest[:middle], result, bad_row, on_duplicate)
                rest = rest[middle:]
                continue
            for position, reason in culprits.items():
                result.leave_out(rest[position].label, reason, bad_row)
            rest = [row for position, row in enumerate(rest) if position not in culprits]
        else:
            result.registered += len(rest)
            return


def _culprits(rows: Sequence[Row], error: CatalogError) -> dict[int, str]:
    """Return the reasons for refused rows by their positions; empty if the error does not tell which row it is."""
    listed = error.details.get("errors", [])
    reasons = {each["index"]: str(each["reason"]) for each in listed if 0 <= each.get("index", -1) < len(rows)}
    if len(rows) == 1:
        return reasons or {0: error.message}
    if not reasons and isinstance(error, CycleRefused):
        # Leaving out one row breaks the cycle: the first of its path in this batch.
        positions = {row.entry.artifact_id: position for position, row in enumerate(rows)}
        first = next((positions[i] for i in error.details.get("path", []) if i in positions), None)
        return {} if first is None else {first: error.message}
    return reasons


# ---- the rows of the local file, exactly as stored


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise InvalidInput(
            f"there is no file {str(path)!r}; name a catalog file such as .flowyml/catalog.db", field="path"
        )
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=60)
    connection.text_factory = bytes
    try:
        columns = [name.decode() for _, name, *_ in connection.execute("PRAGMA table_info(artifacts)")]
    except sqlite3.DatabaseError as cause:
        connection.close()
        raise InvalidInput(f"{str(path)!r} cannot be read as a catalog: {cause}", field="path") from cause
    if not set(CONTRACT_FIELDS) <= set(columns):
        connection.close()
        raise InvalidInput(
            f"{str(path)!r} is not a catalog: it has no table 'artifacts' with the catalog's columns; "
            "name a catalog file such as .flowyml/catalog.db",
            field="path",
        )
    return connection


def _rows_after(connection: sqlite3.Connection, rowid: int) -> list[tuple[Any, ...]]:
    """Return the next batch of rows, each its rowid and its columns, limited by number and by size."""
    statement = f"SELECT rowid, {', '.join(CONTRACT_FIELDS)} FROM artifacts WHERE rowid > ? ORDER BY rowid LIMIT ?"  # noqa: S608
    rows, size = [], 0
    with closing(connection.execute(statement, (rowid, BATCH_ROWS))) as cursor:
        for row in cursor:
            rows.append(row)
            size += sum(len(value) for value in row if isinstance(value, bytes))
            if size >= BATCH_BYTES:
                break
    return rows


def _resume_rowid(connection: sqlite3.Connection, position: dict[str, Any]) -> int:
    """Return the last rowid of an interrupted push; 0 if the checkpoint is of another file or its row has changed."""
    rowid = position.get("rowid")
    if not isinstance(rowid, int):
        return 0
    row = connection.execute("SELECT artifact_id FROM artifacts WHERE rowid = ?", (rowid,)).fetchone()
    return rowid if row is not None and _id_text(row[0]) == position.get("artifact_id") else 0


def _count_up_to(connection: sqlite3.Connection, rowid: int) -> int:
    return int(connection.execute("SELECT count(*) FROM artifacts WHERE rowid <= ?", (rowid,)).fetchone()[0])


def _entry(row: Sequence[Any], result: TransferResult, bad_row: BadRow) -> CatalogEntry | None:
    """Return the entry of a row; leave the row out and return None if any of its columns is invalid."""
    try:
        columns = {name: _text(value, name) for name, value in zip(CONTRACT_FIELDS, row[1:], strict=True)}
        fields: dict[str, Any] = {name: text or "" for name, text in columns.items()}
        fields["parent_ids"] = _json(columns["parent_ids"], "parent_ids", list)
        fields["tags"] = _json(columns["tags"], "tags", dict)
        fields["metadata"] = _json(columns["metadata"], "metadata", dict)
        checks.checked_id(fields["artifact_id"])
        if fields["created_at"]:
            fields["created_at"], _ = instants.read(fields["created_at"], "local")
        return checks.checked_entry(CatalogEntry(**{**fields, "version": fields["version"] or None}))
    except InvalidInput as error:
        result.leave_out(_id_text(row[1]) or f"row {row[0]}", error.message, bad_row)
        return None


def _text(value: Any, name: str) -> str | None:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as cause:
            raise InvalidInput(f"{name} is not valid UTF-8", field=name) from cause
    if value is not None and name in ("parent_ids", "tags", "metadata"):
        raise InvalidInput(f"{name} is a number, not JSON", field=name)
    return None if value is None else str(value)


def _json(text: str | None, name: str, kind: type) -> Any:
    if not text:
        return kind()
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as cause:
        raise InvalidInput(f"{name} is not valid JSON: {cause}", field=name) from cause
    if not isinstance(value, kind):
        raise InvalidInput(f"{name} is JSON, but not {'a list' if kind is list else 'an object'}", field=name)
    return value


def refuse_constant(text: str) -> NoReturn:
    """Raise `ValueError` for NaN and infinity, which Python's parser accepts and JSON does not have."""
    raise ValueError(f"{text} is not a JSON number; use null")


def _id_text(artifact_id: Any) -> str:
    return artifact_id.decode(errors="replace") if isinstance(artifact_id, bytes) else str(artifact_id or "")


class Checkpoint:
    """The position of an interrupted transfer, stored in a file together with the `mark` of its other side."""

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark

    def read(self) -> dict[str, Any]:
        """Return the stored position; empty if there is no file, or one with another mark."""
        try:
            position = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return position if isinstance(position, dict) and position.get("with") == self._mark else {}

    def write(self, position: dict[str, Any]) -> None:
        """Store a position; ignore errors of the disk."""
        new = self._path.with_name(f"{self._path.name}.new")
        # Without a checkpoint the next transfer starts over, which only takes time.
        with suppress(OSError):
            new.write_text(json.dumps({"with": self._mark, **position}), encoding="utf-8")
            new.replace(self._path)

    def remove(self) -> None:
        """Remove the file, since the transfer is complete."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
