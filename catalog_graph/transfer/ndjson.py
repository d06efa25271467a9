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
from contextlib import nullcontext, suppress
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
from catalog_graph.transfer.push_pull import Checkpoint, last_artifact
from catalog_graph.transfer.target import replaced

MAX_LINE = 4 * 1024 * 1024
"""Maximum size of a line in bytes."""
_ID_NAMESPACE = uuid.UUID("0c1d5d0d-4c1f-4f0e-8a43-5b0e6a527d0c")


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
        history: bool = True,
        by: str = "",
    ) -> None:
        self.result = TransferResult()
        self.number = 0
        """Number of the line added last, from 1."""
        self.last_artifact = ""
        """Id of the last artifact of the batches so far."""
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
        """Of a copy that is being read, and has not ended."""

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

    def pass_over(self, line: bytes) -> None:
        """Take the next line for the checksum alone, since an interrupted load has dealt with it."""
        self.number += 1
        text = line.strip() if len(line) <= MAX_LINE else b""
        # What is invalid, be it the checksum, is among what that load left out.
        with suppress(InvalidInput):
            fields = _object(text)
            if "kind" in fields:
                self._check_line(text, str(fields["kind"]), fields)

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
        self.last_artifact = last_artifact([row.record for row in records]) or self.last_artifact

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
                self.last_artifact = registration.artifact_id
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
        new = partial(Lines, target, entry_of, bad_row=bad_row, on_duplicate=on_duplicate)
        lines, read = new(), _Reader(file)
        position = checkpoint.read(target) if checkpoint else {}
        if checkpoint and position and _pass_over(lines, read, position):
            checkpoint.recall(position, lines.result, bad_row)
        elif position:
            file.seek(0)
            lines, read = new(), _Reader(file)
        for line in read:
            lines.add(line) if len(line) <= MAX_LINE else lines.skip(TOO_LONG)
            if lines.full:
                lines.flush()
                if checkpoint:
                    checkpoint.write({**read.place, "artifact": lines.last_artifact}, lines.result)
                progress(read.offset)
        lines.finish()
        progress(read.offset)
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


class _Reader:
    """The lines of a file, each incomplete if it is over the limit, and the place up to which they were read."""

    def __init__(self, file: BinaryIO) -> None:
        self.offset = 0
        """Bytes so far."""
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def place(self) -> dict[str, Any]:
        """The offset, and a digest of all bytes before it."""
        return {"offset": self.offset, "sha256": self._digest.hexdigest()}

    def __iter__(self) -> Iterator[bytes]:
        while line := self._read():
            text = line
            while len(line) > MAX_LINE and text and not text.endswith(b"\n"):
                text = self._read()
            yield line

    def _read(self) -> bytes:
        text = self._file.readline(MAX_LINE + 1)
        self.offset += len(text)
        self._digest.update(text)
        return text


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as cause:
        reason = cause.strerror or cause
        raise InvalidInput(f"{str(path)!r} cannot be read: {reason}; name an NDJSON file", field="path") from cause


def _pass_over(lines: Lines, read: _Reader, position: dict[str, Any]) -> bool:
    """Read up to the position of a checkpoint; return False if the file has changed before it."""
    for line in read:
        lines.pass_over(line)
        if read.offset >= position["offset"]:
            break
    lines.last_artifact, lines.result.resumed_at = position["artifact"], lines.number
    return all(position[key] == value for key, value in read.place.items())
