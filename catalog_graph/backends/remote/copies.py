"""Copies of the catalog of a service, as lines of NDJSON in both directions."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.copying import CopyInterface, Labelled
from catalog_graph.backends.copying_now import TakingNow
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.copies.intervals import Interval
from catalog_graph.copies.records import FORMAT, ArtifactRecord, LeftOut, Record, counted_as, line_of, record_of
from catalog_graph.copies.result import BadRow, Outcome, TransferResult
from catalog_graph.errors import CatalogError, InvalidInput
from catalog_graph.page import pages
from catalog_graph.query.selection import Selection

if TYPE_CHECKING:
    from catalog_graph.backends.base import CatalogBackend

BATCH = 500
HISTORY = "deleted artifacts, removed edges, and aliases with their history"
_OUTCOMES: tuple[Outcome, ...] = ("new", "known", "changed")


class RemoteCopies(CopyInterface, ABC):
    """`GET /export` and `POST /import`; with services of earlier versions, what they can do."""

    endpoint: str
    _service: HttpService
    _import_format: int | None = None
    """Format of the lines that the service takes; `None` until it was read."""

    # ---- reading

    def _export(self) -> tuple[str, Iterator[Sequence[Record]]]:
        lines = self._service.stream("/export", [("format", str(FORMAT))])
        try:
            first = next(lines, None)
        except InvalidInput as error:
            if error.details.get("field") != "format":
                raise
            first = None
        if first is None or first.get("kind") != "catalog":
            lines.close()
            return "", self._registered_alone()
        return str(first.get("at", "")), _batches(lines)

    def _registered_alone(self) -> Iterator[Sequence[Record]]:
        """Yield what a service of an earlier version gives, and what it does not give."""
        reason = f"the service is of an earlier version: {HISTORY} stay behind; upgrade it"
        yield [LeftOut(self.endpoint, reason, everything=True)]

        def read(size: int, cursor: str | None) -> Any:
            return cast("CatalogBackend", self).find(Selection(), limit=size, cursor=cursor)

        for page in pages(read, None, BATCH):
            yield [_record_of(entry) for entry in page.items]

    # ---- writing

    def _import(self, records: Sequence[Labelled], result: TransferResult, bad_row: BadRow) -> None:
        self._send(records, [], result, bad_row)

    def _import_now(self, records: Sequence[Labelled], by: str, result: TransferResult, bad_row: BadRow) -> None:
        self._send(records, [("history", "false")], result, bad_row)

    def _send(
        self, records: Sequence[Labelled], params: Sequence[tuple[str, str]], result: TransferResult, bad_row: BadRow
    ) -> None:
        if self._format_taken() < FORMAT:
            reason = "the service is of an earlier version and cannot take it; upgrade it"
            result.warn(f"The service at {self.endpoint} is of an earlier version: it cannot take {HISTORY}.")
            result.incomplete = True
            TakingNow(cast("CatalogBackend", self), result, bad_row, reason=reason).take(records)
            return
        body = b"".join(json.dumps(line_of(row.record), ensure_ascii=False).encode() + b"\n" for row in records)
        for line in self._post(body, params):
            if "reason" in line:
                row = records[line["line"] - 1]
                result.leave_out(row.label, line["reason"], bad_row, counted_as(row.record))
            elif line.get("done"):
                _add(result, line)

    def _format_taken(self) -> int:
        if self._import_format is None:
            try:
                answers = self._post(b"", [])
            except CatalogError as error:
                if error.status not in (404, 405) and "no catalog at" not in error.message:
                    raise
                answers = []
            self._import_format = max((line.get("format", 1) for line in answers), default=0)
        return self._import_format

    def _post(self, body: bytes, params: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        response = self._service.send_lines("/import", params, body)
        if self._service.lacks_route(response):
            return []
        self._service.require_success(response)
        return [json.loads(line) for line in response.data.split(b"\n") if line]


def _batches(lines: Iterator[dict[str, Any]]) -> Iterator[Sequence[Record]]:
    while batch := list(islice(lines, BATCH)):
        records = map(_parsed, batch)
        yield [record for record in records if record is not None]


def _parsed(line: Mapping[str, Any]) -> Record | None:
    try:
        return record_of(line)
    except InvalidInput as error:
        return LeftOut(str(line.get("artifact_id") or line.get("name") or line.get("child")), error.message)


def _record_of(entry: CatalogEntry) -> ArtifactRecord:
    life = Interval(entry.recorded_at or entry.created_at)
    return ArtifactRecord(entry, [life], {parent: [life] for parent in entry.parent_ids})


def _add(result: TransferResult, line: Mapping[str, Any]) -> None:
    """Add the counts of the service; those of what was left out are counted by their own lines."""
    for kind, counts in line.get("kinds", {}).items():
        for outcome in _OUTCOMES:
            if number := counts.get(outcome, 0):
                result.count(outcome, kind, number)
    result.incomplete |= bool(line.get("incomplete"))
    for sentence in line.get("warnings", []):
        result.warn(sentence)
