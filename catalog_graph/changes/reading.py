"""Pages of changes, from the recorded transactions that a store reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from catalog_graph.changes.change import Change, ChangeKind, ChangeQuestion, RecordBounds
from catalog_graph.changes.recording import Body, changes_of
from catalog_graph.errors import ChangesDropped

_AT_A_TIME = 100
_ALL = 2**62

Place = tuple[int, int]
"""Number of a transaction, and place of a change in it."""


class StoredChanges(NamedTuple):
    """A transaction as a store keeps it."""

    number: int
    at: int
    """Microseconds since 1970."""
    body: Body


@dataclass(frozen=True, slots=True)
class RecordRange:
    """The transactions that a store is to read."""

    low: int
    high: int
    newest: bool
    """True to read the last one first."""
    limit: int
    artifact_id: str | None = None
    """Only those that changed this artifact."""
    kinds: tuple[ChangeKind, ...] = ()
    """Only those with a change of one of these kinds, if any; a store need not look if it looks for an artifact."""
    by: str | None = None
    """Only those with a change by this caller; a store need not look if it looks for an artifact."""


def span_of(question: ChangeQuestion, bounds: RecordBounds, number_before: Callable[[str], int]) -> RecordRange:
    """Return the transactions that a question is about. Raises `ChangesDropped` if the first of them is gone."""
    if question.after is not None and question.after + 1 < bounds.first:
        raise ChangesDropped(
            f"the changes after number {question.after:,} are no longer all recorded: the first that is left has "
            f"number {bounds.first:,}; read the catalog anew, then its changes after number {bounds.last:,}",
            first=bounds.first,
            last=bounds.last,
        )
    low = max(1, (question.after or 0) + 1)
    if question.since is not None:
        low = max(low, number_before(question.since) + 1)
    high = bounds.last if question.until is None else number_before(question.until)
    newest = question.after is None
    return RecordRange(low, high, newest, _AT_A_TIME, question.artifact_id, question.kinds, question.by)


def read_changes(
    question: ChangeQuestion,
    span: RecordRange,
    after: Place | None,
    limit: int,
    read: Callable[[RecordRange], Sequence[StoredChanges]],
) -> tuple[list[Change], Place | None]:
    """Return up to `limit` changes behind a place, and the place of the last one if there are more."""
    items: list[tuple[Place, Change]] = []
    for place, change in changes_behind(span, after, min(limit + 1, _AT_A_TIME), read):
        if _selected(question, change):
            items.append((place, change))
        if len(items) > limit:
            return [change for _, change in items[:limit]], items[limit - 1][0]
    return [change for _, change in items], None


def changes_behind(
    span: RecordRange, after: Place | None, at_a_time: int, read: Callable[[RecordRange], Sequence[StoredChanges]]
) -> Iterator[tuple[Place, Change]]:
    """Yield all changes of a span behind a place, with the place of each."""
    if after is not None:
        span = replace(span, high=min(span.high, after[0])) if span.newest else replace(span, low=after[0])
    records: Sequence[StoredChanges] = [StoredChanges(0, 0, "")]
    while records and span.low <= span.high:
        records = read(replace(span, limit=at_a_time))
        for record in records:
            changes = list(enumerate(changes_of(*record)))
            for position, change in reversed(changes) if span.newest else changes:
                place = record.number, position
                if after is None or (place < after if span.newest else place > after):
                    yield place, change
        if records:
            number = records[-1].number
            span = replace(span, high=number - 1) if span.newest else replace(span, low=number + 1)


def _selected(question: ChangeQuestion, change: Change) -> bool:
    ids = (change.artifact_id, change.details.get("before"), change.details.get("after"))
    return (
        (question.artifact_id is None or question.artifact_id in ids)
        and (not question.kinds or change.kind in question.kinds)
        and (question.by is None or change.by == question.by)
    )
