"""Copies of a whole catalog, as every backend gives and takes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from catalog_graph.copies.records import FORMAT, LeftOut, Record, counted_as, label_of, line_of, record_of
from catalog_graph.copies.result import BadRow, Progress, TransferResult
from catalog_graph.errors import InvalidInput
from catalog_graph.version import __version__

BATCH_ROWS = 1000
BATCH_BYTES = 4 * 1024 * 1024
"""Maximum bytes of text in a batch, which holds at least one record."""


AS_OF_NOW = (
    "Records were taken as of now: recorded history, such as instants, removed edges and moves of aliases, "
    "needs an API key with the scope admin."
)


class Labelled(NamedTuple):
    """A record, and the label by which it is reported if it is left out."""

    label: str
    record: Record


class CopyInterface(ABC):
    """Giving and taking the records of a whole catalog, with its history."""

    # ---- implemented by each backend

    @abstractmethod
    def _export(self) -> tuple[str, Iterator[Sequence[Record]]]:
        """Return an instant, and all records of the catalog at that instant, in batches.

        Numbers of versions come first, then moves of aliases, artifacts with the deleted ones last,
        seals, and aliases. The
        removed edges of a child come before the child: a present edge that began after such an end is another one.
        """

    @abstractmethod
    def _import(self, records: Sequence[Labelled], result: TransferResult, bad_row: BadRow) -> None:
        """Take records with their history, each as a whole or not at all, and count them in `result`."""

    @abstractmethod
    def _import_now(self, records: Sequence[Labelled], by: str, result: TransferResult, bad_row: BadRow) -> None:
        """Take what can be taken as of now, and leave out the rest; `by` signs moves of aliases."""

    # ---- the interface

    def export_records(self) -> Iterator[dict[str, Any]]:
        """Yield the lines of a copy of the whole catalog, JSON objects, as it is at one instant.

        They hold everything: deleted artifacts, removed edges, aliases with their history, the instants of all of it.
        The first line says when it was made. `docs/reference/copies.md` describes the lines.
        """
        at, batches = self.export_batches()
        yield {"kind": "catalog", "format": FORMAT, "version": __version__, "at": at}
        for records in batches:
            yield from map(line_of, records)

    def export_batches(self) -> tuple[str, Iterator[Sequence[Record]]]:
        """Return an instant, and the records of the whole catalog at that instant, in batches."""
        return self._export()

    def import_records(
        self,
        lines: Iterable[Mapping[str, Any]],
        *,
        history: bool = True,
        bad_row: BadRow | None = None,
        progress: Progress | None = None,
    ) -> TransferResult:
        """Merge the lines of a copy into this catalog, and return the counts; a second time changes nothing.

        What began or ended later wins; fields merge as if the artifact was registered again. Lines may have any order.
        Without `history`, artifacts and aliases are taken as if they were registered and set now. A line that cannot be
        taken is left out: `bad_row` is called with its label and the reason.
        """
        result = TransferResult()
        batch: list[Labelled] = []
        report, advance = bad_row or _ignore, progress or _ignore
        number = 0
        for number, line in enumerate(lines, 1):
            try:
                record = record_of(line)
            except InvalidInput as error:
                result.leave_out(f"line {number}", error.message, report, str(line.get("kind")))
                continue
            if record is not None:
                batch.append(Labelled(label_of(record), record))
            if len(batch) >= BATCH_ROWS:
                self.import_batch(batch, history, result, report)
                batch = []
                advance(number)
        self.import_batch(batch, history, result, report)
        advance(number)
        return result

    def import_batch(
        self, batch: Sequence[Labelled], history: bool, result: TransferResult, bad_row: BadRow, by: str = ""
    ) -> None:
        """Take records that are parsed already, and count them in `result`."""
        rows = []
        for row in batch:
            if isinstance(row.record, LeftOut):
                result.incomplete |= row.record.everything
                result.leave_out(row.label, row.record.reason, bad_row, counted_as(row.record))
            else:
                rows.append(row)
        if rows and history:
            self._import(rows, result, bad_row)
        elif rows:
            result.warn(AS_OF_NOW)
            result.incomplete = True
            self._import_now(rows, by, result, bad_row)


def _ignore(*_: object) -> None:
    """Do nothing: the callback of a caller that gave none."""
