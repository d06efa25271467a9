"""Import and export of whole catalogs as NDJSON, one artifact per line, with constant memory.

Lines may have any order: a parent on a later line is unregistered until then. Valid lines are registered in batches;
an invalid line is reported and left out. Loading is idempotent: a line without an id gets one that follows from its
text and its number.
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
    Checkpoint,
    Progress,
    Row,
    TransferResult,
    refuse_constant,
    register_rows,
)

MAX_LINE = 4 * 1024 * 1024
"""Maximum size of a line in bytes."""
_ID_NAMESPACE = uuid.UUID("0c1d5d0d-4c1f-4f0e-8a43-5b0e6a527d0c")
_CONTEXT_BYTES = 1024
"""Bytes before a file offset that identify the file when an interrupted load is resumed."""


class Lines:
    """Batches of NDJSON lines to register in `target`.

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
        self.result = TransferResult()
        self.number = number
        """Number of the line added last, from 1."""
        self._target = target
        self._entry_of = entry_of
        self._bad_row = bad_row
        self._on_duplicate = on_duplicate
        self._rows: list[Row] = []
        self._size = 0

    @property
    def full(self) -> bool:
        """True when the batch has its maximum size, and `flush` is due."""
        return len(self._rows) >= BATCH_ROWS or self._size >= BATCH_BYTES

    def add(self, line: bytes) -> None:
        """Add the next line to the batch; ignore it if it is empty, and leave it out if it is invalid."""
        self.number += 1
        text = line.strip()
        if not text:
            return
        try:
            entry = self._entry_of(_object(text))
        except InvalidInput as error:
            self.result.leave_out(f"line {self.number}", error.message, self._bad_row)
            return
        if not entry.artifact_id:
            entry.artifact_id = str(uuid.uuid5(_ID_NAMESPACE, f"{self.number}\n{hashlib.sha256(text).hexdigest()}"))
        self._rows.append(Row(f"line {self.number}", entry))
        self._size += len(text)

    def skip(self, reason: str) -> None:
        """Leave the next line out, for `reason`."""
        self.number += 1
        self.result.leave_out(f"line {self.number}", reason, self._bad_row)

    def flush(self) -> None:
        """Register the batch."""
        rows, self._rows, self._size = self._rows, [], 0
        register_rows(self._target, rows, self.result, self._bad_row, self._on_duplicate)


def load(
    source: Path | BinaryIO,
    target: CatalogBackend,
    *,
    bad_row: BadRow,
    progress: Progress,
    mark: str | None,
    on_duplicate: OnDuplicate = "warn",
) -> TransferResult:
    """Register every line of `source`, and resume an interrupted load of the same file into the same target.

    `mark` identifies the target in the checkpoint, a file beside `source`; None keeps no checkpoint. `progress` is
    called with the number of bytes read so far.
    """
    from catalog_graph.entries import entry_of

    checkpoint = None
    if isinstance(source, Path) and mark:
        checkpoint = Checkpoint(source.with_name(f"{source.name}.load.json"), mark)
    with _open(source) if isinstance(source, Path) else nullcontext(source) as file:
        number, offset = _resume(checkpoint.read(), file) if checkpoint else (0, 0)
        lines = Lines(target, entry_of, bad_row=bad_row, on_duplicate=on_duplicate, number=number)
        lines.result.resumed_at = number
        for line in _lines_of(file):
            offset += line.size
            lines.add(line.text) if line.size <= MAX_LINE else lines.skip(TOO_LONG)
            if lines.full:
                _flush(lines, checkpoint, file, offset)
                progress(offset)
        lines.flush()
        progress(offset)
    if checkpoint:
        checkpoint.remove()
    return lines.result


def dump(source: CatalogBackend, target: Path | IO[bytes], *, query: str = "", progress: Progress) -> int:
    """Write every artifact that `query` selects, newest or best first as in lists, and return their number.

    A `target` path is replaced only when the dump is complete. `progress` is called with the number of artifacts
    written so far.
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
    """Return the entries as NDJSON; NaN and infinity, which JSON does not have, become null."""
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
        value = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as cause:
        raise InvalidInput(f"it is not valid JSON: {cause}") from cause
    if not isinstance(value, dict):
        raise InvalidInput("it is JSON, but not an object")
    return value


TOO_LONG = f"it has more than {MAX_LINE:,} bytes, the limit of a line"
"""Reason for leaving out a line of more than `MAX_LINE` bytes."""


class _Line:
    """A line of a file and its size in bytes; the text of a line over the limit is incomplete."""

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


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as cause:
        reason = cause.strerror or cause
        raise InvalidInput(f"{str(path)!r} cannot be read: {reason}; name an NDJSON file", field="path") from cause


def _flush(lines: Lines, checkpoint: Checkpoint | None, file: BinaryIO, offset: int) -> None:
    lines.flush()
    if checkpoint:
        checkpoint.write({"line": lines.number, "offset": offset, "before": _context_digest(file, offset)})


def _resume(position: dict[str, Any], file: BinaryIO) -> tuple[int, int]:
    """Move to the position of a checkpoint and return its line and offset; start anew if it is of another file."""
    line, offset = position.get("line"), position.get("offset")
    digest = position.get("before")
    if not isinstance(line, int) or not isinstance(offset, int) or _context_digest(file, offset) != digest:
        file.seek(0)
        return 0, 0
    file.seek(offset)
    return line, offset


def _context_digest(file: BinaryIO, offset: int) -> str:
    """Return a digest of the bytes before an offset, without moving the file's position."""
    position = file.tell()
    file.seek(max(0, offset - _CONTEXT_BYTES))
    text = file.read(min(offset, _CONTEXT_BYTES))
    file.seek(position)
    return f"{len(text)}:{hashlib.sha256(text).hexdigest()}"
