"""Whole catalogs as NDJSON, an artifact a line: into a catalog and out of it, with flat memory.

Lines come in any order: a parent that comes later is shown as unregistered until then. A line that a catalog cannot
keep is reported and left out; the others are registered, a batch at a time. Loading again harms nothing: a line without
an id is given one that follows from its text and its number.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, BinaryIO

from catalog_graph.artifact import CatalogEntry, OnDuplicate
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from catalog_graph.query.selection import Selection
from catalog_graph.transfer.push_pull import (
    BATCH_BYTES,
    BATCH_ROWS,
    BadRow,
    Note,
    Progress,
    Row,
    Transferred,
    register_rows,
)

MAX_LINE = 4 * 1024 * 1024
"""Bytes of a line."""
_IDS = uuid.UUID("0c1d5d0d-4c1f-4f0e-8a43-5b0e6a527d0c")
_CHECKED = 1024
"""Bytes before a place in a file by which it is known again."""


class Lines:
    """Lines on their way into `target`, a batch at a time.

    `entry_of` makes an entry of a JSON object, or raises `InvalidInput`.
    """

    def __init__(
        self,
        target: CatalogBackend,
        entry_of: Callable[[Mapping[str, Any]], CatalogEntry],
        *,
        bad_row: BadRow,
        on_duplicate: OnDuplicate = "warn",
        number: int = 0,
    ) -> None:
        self.done = Transferred()
        self.number = number
        """Of the last line that was added, from 1."""
        self._target = target
        self._entry_of = entry_of
        self._bad_row = bad_row
        self._on_duplicate = on_duplicate
        self._rows: list[Row] = []
        self._size = 0

    @property
    def full(self) -> bool:
        """Whether it is time to `flush`."""
        return len(self._rows) >= BATCH_ROWS or self._size >= BATCH_BYTES

    def add(self, line: bytes) -> None:
        """Take the next line; an empty one is passed over."""
        self.number += 1
        text = line.strip()
        if not text:
            return
        try:
            entry = self._entry_of(_object(text))
        except InvalidInput as error:
            self.done.leave_out(f"line {self.number}", error.message, self._bad_row)
            return
        if not entry.artifact_id:
            entry.artifact_id = str(uuid.uuid5(_IDS, f"{self.number}\n{hashlib.sha256(text).hexdigest()}"))
        self._rows.append(Row(f"line {self.number}", entry))
        self._size += len(text)

    def skip(self, reason: str) -> None:
        """Leave the next line out."""
        self.number += 1
        self.done.leave_out(f"line {self.number}", reason, self._bad_row)

    def flush(self) -> None:
        """Register what has been added."""
        rows, self._rows, self._size = self._rows, [], 0
        register_rows(self._target, rows, self.done, self._bad_row, self._on_duplicate)


def load(
    source: Path | BinaryIO,
    target: CatalogBackend,
    *,
    bad_row: BadRow,
    progress: Progress,
    mark: str | None,
    on_duplicate: OnDuplicate = "warn",
) -> Transferred:
    """Register every line of `source`; `progress` is told how many bytes of it have been read.

    How far a file has come into what `mark` names is noted beside it, and an unfinished load goes on from there.
    """
    from catalog_graph.entries import entry_of

    note = Note(source.with_name(f"{source.name}.load.json"), mark) if isinstance(source, Path) and mark else None
    with _opened(source) if isinstance(source, Path) else nullcontext(source) as file:
        number, offset = _begun(note.read(), file) if note else (0, 0)
        lines = Lines(target, entry_of, bad_row=bad_row, on_duplicate=on_duplicate, number=number)
        lines.done.resumed_at = number
        for line in _lines_of(file):
            offset += line.size
            lines.add(line.text) if line.size <= MAX_LINE else lines.skip(TOO_LONG)
            if lines.full:
                _flushed(lines, note, file, offset)
                progress(offset)
        lines.flush()
        progress(offset)
    if note:
        note.remove()
    return lines.done


def dump(source: CatalogBackend, target: Path | IO[bytes], *, query: str = "", progress: Progress) -> int:
    """Write every artifact that `query` selects, newest first or best first, as lists do; answers how many.

    A file is there whole or not at all. `progress` is told how many artifacts have been written.
    """
    if not isinstance(target, Path):
        return _write(source, target, query, progress)
    new = target.with_name(f"{target.name}.new")
    try:
        with new.open("wb") as file:
            count = _write(source, file, query, progress)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return count


def lines_of(entries: list[CatalogEntry]) -> bytes:
    """Entries as lines; a number that JSON has no word for is null."""
    from pydantic_core import to_json

    return b"".join(to_json(entry.to_dict(), inf_nan_mode="null") + b"\n" for entry in entries)


def _write(source: CatalogBackend, file: IO[bytes], query: str, progress: Progress) -> int:
    count, cursor = 0, None
    while True:
        page = source.find(Selection(text=query), limit=BATCH_ROWS, cursor=cursor)
        file.write(lines_of(page.items))
        count, cursor = count + len(page.items), page.cursor
        progress(count)
        if cursor is None:
            return count


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as cause:
        raise InvalidInput(f"it is no JSON: {cause}") from cause
    if not isinstance(found, dict):
        raise InvalidInput("it is JSON, but not an object")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text}, which JSON has no number for")


TOO_LONG = f"it is over {MAX_LINE:,} bytes, which is the limit of a line"


class _Line:
    """A line of a file, and how long it is; of one over the limit, the text is not kept."""

    __slots__ = ("size", "text")

    def __init__(self, text: bytes, size: int) -> None:
        self.text = text
        self.size = size


def _lines_of(file: BinaryIO) -> Iterator[_Line]:
    while text := file.readline(MAX_LINE + 1):
        size = len(text)
        while size > MAX_LINE and not text.endswith(b"\n") and (text := file.readline(MAX_LINE + 1)):
            size += len(text)
        yield _Line(text, size)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as cause:
        reason = cause.strerror or cause
        raise InvalidInput(f"{str(path)!r} cannot be read: {reason}; name a file of NDJSON", field="path") from cause


def _flushed(lines: Lines, note: Note | None, file: BinaryIO, offset: int) -> None:
    lines.flush()
    if note:
        note.write({"line": lines.number, "offset": offset, "before": _before(file, offset)})


def _begun(place: dict[str, Any], file: BinaryIO) -> tuple[int, int]:
    """Line and offset to go on behind; the beginning where the note is of another file."""
    line, offset = place.get("line"), place.get("offset")
    if not isinstance(line, int) or not isinstance(offset, int) or _before(file, offset) != place.get("before"):
        file.seek(0)
        return 0, 0
    file.seek(offset)
    return line, offset


def _before(file: BinaryIO, offset: int) -> str:
    """A digest of what stands before a place; the place in the file stays."""
    here = file.tell()
    file.seek(max(0, offset - _CHECKED))
    text = file.read(min(offset, _CHECKED))
    file.seek(here)
    return f"{len(text)}:{hashlib.sha256(text).hexdigest()}"
