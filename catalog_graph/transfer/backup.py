"""Backups: the lines of a whole catalog, compressed, with counts and a checksum, which are checked before a restore."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import strict_json
from catalog_graph.copies.checksum import Checksum
from catalog_graph.copies.records import FORMAT
from catalog_graph.copies.result import BadRow, Progress, TransferResult
from catalog_graph.errors import InvalidInput
from catalog_graph.transfer.ndjson import write_whole
from catalog_graph.transfer.target import replaced

_LEVEL = 6
_STEP = 1000
_NOUNS = {
    "artifact": ("artifact", "artifacts"),
    "edge": ("removed edge", "removed edges"),
    "alias": ("alias", "aliases"),
    "alias_move": ("move of an alias", "moves of aliases"),
}
"""One and several of each kind of line that a backup counts for people."""


class Contents(NamedTuple):
    """The contents of a backup."""

    at: str
    """The instant at which the catalog was as it is in the backup."""
    counts: dict[str, int]
    """Lines by kind."""

    @property
    def left_out(self) -> int:
        """Return the number of records that the source could not give: lines with a reason instead."""
        return self.counts.get("left_out", 0)

    @property
    def text(self) -> str:
        """The counts in one line."""
        numbers = {kind: self.counts.get(kind, 0) for kind in _NOUNS}
        return ", ".join(f"{number:,} {_NOUNS[kind][number != 1]}" for kind, number in numbers.items())


def backup(source: CatalogBackend, target: Path, *, progress: Progress) -> Contents:
    """Write the whole catalog to a file, which is replaced only when all of it is written and on the disk."""
    lines = source.export_records()
    head = next(lines)
    counts: dict[str, int] = {}

    def counted() -> Iterator[dict[str, Any]]:
        yield head
        for line in lines:
            counts[line["kind"]] = counts.get(line["kind"], 0) + 1
            yield line

    with replaced(target) as file, gzip.GzipFile(target.name, "wb", _LEVEL, file) as packed:
        write_whole(counted(), cast("BinaryIO", packed), progress)
    return Contents(head["at"], counts)


def check(path: Path, *, progress: Progress) -> Contents:
    """Read all of a backup, and return its contents. Raises `InvalidInput` if it is incomplete, altered or damaged.

    A record that cannot be taken is no damage, since a file may have held one: the restore leaves it out.
    """
    at, checksum, ended = "", Checksum(), False
    for number, (text, line) in enumerate(_lines(path), 1):
        kind = str(line.get("kind"))
        if number == 1:
            at = _instant(path, line)
        if ended:
            raise _damaged(path, "something follows its last line")
        try:
            if kind == "end":
                checksum.check(line)
                ended = True
            else:
                checksum.add(text, kind)
        except InvalidInput as error:
            raise _damaged(path, f"line {number:,}: {error.message}") from error
        if number % _STEP == 0:
            progress(number)
    if not ended:
        raise _damaged(path, "it is cut short: its last line is missing")
    return Contents(at, {kind: number for kind, number in checksum.counts.items() if kind != "catalog"})


def restore(path: Path, target: CatalogBackend, *, bad_row: BadRow, progress: Progress) -> TransferResult:
    """Merge a backup into `target`; nothing is written unless all of the backup is right.

    `progress` is called with the number of lines so far.
    """
    check(path, progress=lambda _: None)
    return merge(path, target, bad_row=bad_row, progress=progress)


def merge(path: Path, target: CatalogBackend, *, bad_row: BadRow, progress: Progress) -> TransferResult:
    """Merge a backup that was checked into `target`; otherwise as `restore`."""
    return target.import_records((line for _, line in _lines(path)), bad_row=bad_row, progress=progress)


def _lines(path: Path) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    """Yield the lines of a backup, as they are written and as objects."""
    try:
        with gzip.open(path) as file:
            for number, text in enumerate(file, 1):
                yield text, _object(path, number, text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as cause:
        raise _damaged(path, f"it is cut short, altered, or not compressed ({cause})") from cause
    except OSError as cause:
        raise InvalidInput(
            f"{str(path)!r} cannot be read: {cause.strerror or cause}; name a file that 'catalog-graph backup' wrote",
            field="path",
        ) from cause


def _object(path: Path, number: int, text: bytes) -> Mapping[str, Any]:
    try:
        line = strict_json(text)
    except ValueError as cause:
        raise _damaged(path, f"line {number:,} is not valid JSON: {cause}") from cause
    if not isinstance(line, dict):
        raise _damaged(path, f"line {number:,} is not an object")
    return line


def _instant(path: Path, line: Mapping[str, Any]) -> str:
    """Return the instant of the first line; raise `InvalidInput` if it is not that of a backup."""
    if line.get("kind") != "catalog":
        raise _damaged(path, "its first line is not that of a backup; 'catalog-graph load' takes other NDJSON files")
    if line.get("format") != FORMAT:
        raise _damaged(path, f"it has the format {line.get('format')!r}; this version reads {FORMAT}")
    return str(line.get("at"))


def _damaged(path: Path, reason: str) -> InvalidInput:
    return InvalidInput(f"{str(path)!r} is not a backup that can be restored: {reason}", field="path")
