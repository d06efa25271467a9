"""Pages of the change record, over the transactions that a store keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import astuple, replace

from catalog_graph.backends import cursors
from catalog_graph.backends.changes import ChangeInterface
from catalog_graph.backends.composed.references import StoreReferences
from catalog_graph.changes.change import ChangePage, ChangeQuestion, RecordBounds
from catalog_graph.changes.reading import RecordRange, StoredChanges, read_changes, span_of
from catalog_graph.errors import NotFound
from catalog_graph.instants import microseconds

_ALL = 2**62


class StoreChanges(StoreReferences, ChangeInterface, ABC):
    """Changes, page by page."""

    # ---- primitives

    @abstractmethod
    def _record_bounds(self) -> RecordBounds:
        """Return what the record holds."""

    @abstractmethod
    def _number_before(self, at: int) -> int:
        """Return the number of the last transaction before an instant in microseconds, 0 if there was none."""

    @abstractmethod
    def _recorded(self, span: RecordRange) -> Sequence[StoredChanges]:
        """Return the transactions of a span."""

    @abstractmethod
    def drop_changes(self, before: int) -> int:
        """Drop what was recorded before an instant in microseconds, but never the last transaction; return how many."""

    # ---- the interface

    def _change_page(self, question: ChangeQuestion, limit: int, cursor: str | None) -> ChangePage:
        if question.artifact_id is not None:
            question = replace(question, artifact_id=self._known_id(question.artifact_id))
        binding, position = cursors.opened(cursor, "changes", *map(_json, astuple(question)))
        place = None if position is None else cursors.decode(position, int, int)
        bounds = self._record_bounds()
        span = span_of(question, bounds, lambda instant: self._number_before(microseconds(instant)))
        after = None if place is None else (place[0], place[1])
        items, last = read_changes(question, span, after, limit, self._recorded)
        return ChangePage(items, bounds, binding.bound(cursors.encode(*last)) if last else None)

    def _known_id(self, reference: str) -> str:
        """Return the id that a reference stands for; no other answer shows what is deleted and has no child."""
        try:
            return str(self._resolve(reference))
        except NotFound:
            if not self._recorded(RecordRange(0, _ALL, newest=True, limit=1, artifact_id=reference)):
                raise
        return str(reference)


def _json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
