"""Import and export of whole catalogs as NDJSON, with constant memory.

A line with a `kind` is a record of a copy, see `copies.records`; a line without one is an artifact to register. Lines
may have any order: a parent on a later line is unregistered until then. Valid lines are taken in batches; an invalid
line is reported and left out. Loading is idempotent: a line without an id gets one that follows from its text and its
number.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.copying import BATCH_BYTES, BATCH_ROWS, Labelled
from catalog_graph.backends.parent_warnings import StreamParents
from catalog_graph.checks import strict_json
from catalog_graph.copies.checksum import Checksum
from catalog_graph.copies.parts import in_parts
from catalog_graph.copies.records import record_of
from catalog_graph.copies.result import BadRow, Progress, TransferResult
from catalog_graph.errors import InvalidInput
from catalog_graph.query.selection import Selection
from catalog_graph.transfer.push_pull import Checkpoint
from catalog_graph.transfer.target import replaced

MAX_LINE = 4 * 1024 * 1024
"""Maximum size of a line in bytes."""
_ID_NAMESPACE = uuid.UUID("0c1d5d0d-4c1f-4f0e-8a43-5b0e6a527d0c")
_CONTEXT_BYTES = 1024
"""Bytes before a file offset that identify the file when an interrupted load is resumed."""


class Row(NamedTuple):
    """An entry to register, and the label by which it is reported if it is left out."""

    label: str
    entry: CatalogEntry


class Lines:
    """Batches of NDJSON lines for `target`.

    `entry_of` makes an entry of a JSON object without a kind, or raises `InvalidInput`. Without `history`, records of a
    copy are taken as of now, and moves of aliases signed with `by`.
    """

    def __init__(
        self,
        target: CatalogBackend,
        entry_of: Callable[[Mapping[str, Any]], CatalogEntry],
        *,
        bad_row: BadRow,
        on_duplicate: OnDuplicate = "warn",
        number: int = 0,
        history: bool = True,
        by: str = "",
    ) -> None:
        self.result = TransferResult()
        self.number = number
        """Number of the line added last, from 1."""
        self._target = target
        self._entry_of = entry_of
        self._bad_row = bad_row
        self._on_duplicate = on_duplicate
        self._history = history
        self._by = by
        self._rows: list[Row] = []
        self._records: list[Labelled] = []
        self._size = 0
        self._parents = StreamParents()
        self._checksum: Checksum | None = None
        """Of a copy that is read from its first line, and has not ended."""

    @property
    def full(self) -> bool:
        """True when the batch has its maximum size, and `flush` is due."""
        return len(self._rows) + len(self._records) >= BATCH_ROWS or self._size >= BATCH_BYTES

    def add(self, line: bytes) -> None:
        """Add the next line to the batch; ignore it if it is empty, and leave it out if it is invalid."""
        self.number += 1
        text = line.strip()
        if not text:
            return
        label, kind = f"line {self.number}", "artifact"
        try:
            fields = _object(text)
            if "kind" in fields:
                kind = str(fields["kind"])
                self._check_line(text, kind, fields)
                record = record_of(fields)
                if record is not None:
                    self._records.append(Labelled(label, record))
            else:
                self._rows.append(Row(label, self._with_id(self._entry_of(fields), text)))
        except InvalidInput as error:
            self.result.leave_out(label, error.message, self._bad_row, kind)
        else:
            self._size += len(text)

    def skip(self, reason: str) -> None:
        """Leave the next line out, for `reason`."""
        self.number += 1
        self.result.leave_out(f"line {self.number}", reason, self._bad_row)

    def finish(self) -> None:
        """Take the last batch; a copy that has begun must have ended."""
        self.flush()
        self.check_parents()
        if self._checksum is not None:
            self.result.incomplete = True
            self.result.leave_out("the end", "the copy has no last line: it is incomplete", self._bad_row, "end")

    def check_parents(self) -> None:
        """Warn of parents that the stream named and that are not registered at its end."""
        for sentence in self._parents.warnings(self._target):
            self.result.warn(sentence)

    def _check_line(self, text: bytes, kind: str, fields: Mapping[str, Any]) -> None:
        if kind == "catalog" and self.number == 1:
            self._checksum = Checksum()
        checksum = self._checksum
        if checksum is not None and kind == "end":
            self._checksum = None
            self._check(checksum, fields)
        elif checksum is not None:
            checksum.add(text + b"\n", kind)

    def _check(self, checksum: Checksum, fields: Mapping[str, Any]) -> None:
        try:
            checksum.check(fields)
        except InvalidInput:
            self.result.incomplete = True
            raise

    def flush(self) -> None:
        """Register the batch, and take its records."""
        rows, self._rows, self._size = self._rows, [], 0
        self._register(rows)
        records, self._records = self._records, []
        self._target.import_batch(records, self._history, self.result, self._bad_row, self._by)

    def _with_id(self, entry: CatalogEntry, text: bytes) -> CatalogEntry:
        if not entry.artifact_id:
            entry.artifact_id = str(uuid.uuid5(_ID_NAMESPACE, f"{self.number}\n{hashlib.sha256(text).hexdigest()}"))
        return entry

    def _register(self, rows: Sequence[Row]) -> None:
        def act(part: Sequence[Row]) -> list[Registration]:
            return self._target.register_many([row.entry for row in part], on_duplicate=self._on_duplicate)

        def leave_out(row: Row, reason: str) -> None:
            self.result.leave_out(row.label, reason, self._bad_row)

        for part, registrations in in_parts(rows, act, leave_out, lambda row: row.entry.artifact_id):
            for registration in registrations:
                self.result.count("new" if registration.created else "known")
            self._parents.note((row.entry for row in part), registrations)


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
        lines.finish()
        progress(offset)
    if checkpoint:
        checkpoint.remove()
    return lines.result


def dump(source: CatalogBackend, target: Path | IO[bytes], *, query: str = "", progress: Progress) -> int:
    """Write the whole catalog with its history, or the artifacts that `query` selects, newest first.

    Returns the number of artifacts. A `target` path is replaced only when the dump is complete. `progress` is called
    with the number of artifacts written so far.
    """
    write = partial(_write_selection, source, query) if query else partial(write_whole, source.export_records())
    if not isinstance(target, Path):
        return write(target, progress)
    with replaced(target) as file:
        return write(file, progress)


def write_whole(lines: Iterator[dict[str, Any]], file: IO[bytes], progress: Progress) -> int:
    """Write the lines of a copy, and a last line with counts and a checksum; return the number of artifacts."""
    artifacts = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal artifacts
        for number, line in enumerate(lines, 1):
            artifacts += line["kind"] == "artifact" and line["state"] != "unregistered"
            yield line
            if number % BATCH_ROWS == 0:
                progress(artifacts)

    for text in with_checksum(counted()):
        file.write(text)
    progress(artifacts)
    return artifacts


def with_checksum(lines: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the lines of a copy as text, and a last line with counts and a checksum."""
    checksum = Checksum()
    for line in lines:
        text = json_line(line)
        checksum.add(text, line["kind"])
        yield text
    yield json_line(checksum.line())


def lines_of(entries: list[CatalogEntry]) -> bytes:
    """Return the entries as NDJSON; NaN and infinity, which JSON does not have, become null."""
    return b"".join(json_line(entry.to_dict()) for entry in entries)


def json_line(fields: Mapping[str, Any]) -> bytes:
    """Return a line of NDJSON; NaN and infinity, which JSON does not have, become null."""
    from pydantic_core import to_json

    return to_json(fields, inf_nan_mode="null") + b"\n"


def _write_selection(source: CatalogBackend, query: str, file: IO[bytes], progress: Progress) -> int:
    count, cursor = 0, None
    while True:
        page = source.find(Selection(text=query, order="newest"), limit=BATCH_ROWS, cursor=cursor)
        file.write(lines_of(page.items))
        count, cursor = count + len(page.items), page.cursor
        progress(count)
        if cursor is None:
            return count


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        value = strict_json(text)
    except ValueError as cause:
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
