"""Copies of a whole catalog from a local file to a service and back; repeating one changes nothing.

Everything is copied: artifacts in every state with their instants, edges, removed ones too, aliases with their history,
and the numbers of versions. What the target cannot keep unchanged is reported and left out.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from catalog_graph.artifact import CONTRACT_FIELDS
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.copying import BATCH_BYTES, BATCH_ROWS, Labelled
from catalog_graph.copies.records import ArtifactRecord, LeftOut, Record, label_of, line_of
from catalog_graph.copies.result import MAX_ROWS, BadRow, Progress, TransferResult
from catalog_graph.errors import InvalidInput


def count_rows(path: Path) -> int:
    """Return the number of artifacts in the file; raise `InvalidInput` if it is not a catalog."""
    with closing(_open(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM artifacts").fetchone()[0])


def push(path: Path, target: CatalogBackend, *, bad_row: BadRow, progress: Progress, mark: str) -> TransferResult:
    """Copy the catalog in the local file at `path` to `target`.

    `mark` identifies the target in the checkpoint, a file beside `path` from which an interrupted push resumes. Raises
    `InvalidInput` if the file is not a catalog, and the error of `target` if it does not answer.
    """
    from catalog_graph.backends.local.backend import exported_file

    _open(path).close()
    checkpoint = Checkpoint(path.with_name(f"{path.name}.push.json"), mark)
    return copy_records(lambda: exported_file(path), target, bad_row=bad_row, progress=progress, checkpoint=checkpoint)


def pull(
    source: CatalogBackend, target: CatalogBackend, path: Path, *, bad_row: BadRow, progress: Progress, mark: str
) -> TransferResult:
    """Copy the catalog of `source` to `target`, the local file at `path`.

    `mark` identifies the source; `bad_row`, `progress` and errors are as for `push`.
    """
    file = path.stat()
    checkpoint = Checkpoint(path.with_name(f"{path.name}.pull.json"), f"{mark} {file.st_dev}:{file.st_ino}")
    return copy_records(
        lambda: source.export_batches()[1], target, bad_row=bad_row, progress=progress, checkpoint=checkpoint
    )


def copy_records(
    source: Callable[[], Iterable[Sequence[Record]]],
    target: CatalogBackend,
    *,
    bad_row: BadRow,
    progress: Progress,
    checkpoint: Checkpoint,
) -> TransferResult:
    """Merge all records of `source` into `target`, from where an interrupted copy stopped.

    `progress` is called with the number of artifacts so far. The copy starts over if the source has changed since the
    interruption at or before the place of the checkpoint, or the target has lost what was copied.
    """
    for position in (checkpoint.read(target), {}):
        result = _copied_from(position, source(), target, bad_row, progress, checkpoint)
        if result is not None:
            break
    checkpoint.remove()
    return result or TransferResult()


def _copied_from(
    position: dict[str, Any],
    source: Iterable[Sequence[Record]],
    target: CatalogBackend,
    bad_row: BadRow,
    progress: Progress,
    checkpoint: Checkpoint,
) -> TransferResult | None:
    """Merge the records behind a position; return `None`, before anything is written, if the source has changed."""
    result = TransferResult()
    seen = artifacts = 0
    digest, artifact = hashlib.sha256(), ""
    for batch in bounded(source):
        seen += len(batch)
        artifacts += sum(map(_is_row, batch))
        for record in batch:
            digest.update(json.dumps(line_of(record), sort_keys=True).encode())
        artifact = last_artifact(batch) or artifact
        place = {"records": seen, "sha256": digest.hexdigest(), "artifact": artifact}
        if position and seen < position["records"]:
            continue
        if position:
            if any(position[key] != value for key, value in place.items()):
                return None
            checkpoint.recall(position, result, bad_row)
            result.resumed_at, position = artifacts, {}
            continue
        target.import_batch([Labelled(label_of(record), record) for record in batch], True, result, bad_row)
        checkpoint.write(place, result)
        if _is_row(batch[-1]):
            progress(artifacts)
    return None if position else result


def last_artifact(records: Sequence[Record]) -> str:
    """Return the id of the last registered artifact, empty if there is none."""
    registered = (r for r in reversed(records) if isinstance(r, ArtifactRecord) and r.state == "registered")
    return next((record.artifact_id for record in registered), "")


def bounded(source: Iterable[Sequence[Record]]) -> Iterator[list[Record]]:
    """Yield the records in batches of one kind each, limited by number and by size."""
    batch: list[Record] = []
    size = 0
    for records in source:
        for record in records:
            if batch and (type(record) is not type(batch[0]) or len(batch) >= BATCH_ROWS or size >= BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(record)
            size += _size(record)
    if batch:
        yield batch


def _is_row(record: Record) -> bool:
    """Return True for a registered artifact, or a row that cannot be one."""
    return isinstance(record, LeftOut) or (isinstance(record, ArtifactRecord) and record.state == "registered")


def _size(record: Record) -> int:
    """Return about the bytes of what may be large in a record."""
    if not isinstance(record, ArtifactRecord):
        return 0
    entry = record.entry
    return 40 * len(entry.parent_ids) + sum(len(str(each)) for each in (entry.tags, entry.metadata) if each)


# ---- the local file


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise InvalidInput(
            f"there is no file {str(path)!r}; name a catalog file such as .flowyml/catalog.db", field="path"
        )
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=60)
    try:
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(artifacts)")]
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


class Checkpoint:
    """The position of an interrupted transfer, stored in a file together with the `mark` of its other side.

    A position has the `artifact` that was copied last, a digest of all that was read, and what was left out.
    """

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark

    def read(self, target: CatalogBackend) -> dict[str, Any]:
        """Return the stored position; empty if there is none, or one with another mark or another target.

        A target is another one, such as a service whose catalog was reset, if it does not have the last artifact.
        """
        try:
            position = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        # Earlier versions wrote no digest.
        if not isinstance(position, dict) or position.get("with") != self._mark or "sha256" not in position:
            return {}
        return position if position["artifact"] and target.get(position["artifact"]) else {}

    def write(self, position: dict[str, Any], result: TransferResult) -> None:
        """Store a position and what was left out, unless that is too much; ignore errors of the disk."""
        if result.left_out > MAX_ROWS:
            self.remove()
            return
        gaps = {"left_out": result.rows, "incomplete": result.incomplete, "warnings": result.warnings}
        new = self._path.with_name(f"{self._path.name}.new")
        # Without a checkpoint the next transfer starts over, which only takes time.
        with suppress(OSError):
            new.write_text(json.dumps({"with": self._mark, **position, **gaps}), encoding="utf-8")
            new.replace(self._path)

    def recall(self, position: dict[str, Any], result: TransferResult, bad_row: BadRow) -> None:
        """Add what the interrupted transfer left out to the result, and report it again."""
        for label, reason, kind in position["left_out"]:
            result.leave_out(label, reason, bad_row, kind)
        result.incomplete |= position["incomplete"]
        for sentence in position["warnings"]:
            result.warn(sentence)

    def remove(self) -> None:
        """Remove the file, since the transfer is complete."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
