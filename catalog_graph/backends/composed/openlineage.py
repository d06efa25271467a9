"""Events of OpenLineage in a store: one transaction joins documents, finds what they change, and writes that.

A read binds to the latest version that was complete before its run started. So a run that completes late, or turns out
to have failed, changes the bindings of the runs that started between its end and the next version: these are found in
the index of uses and bound anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.openlineage import EventInterface
from catalog_graph.errors import CycleRefused
from catalog_graph.openlineage.batch import EventBatch, batch_of
from catalog_graph.openlineage.documents import Document
from catalog_graph.openlineage.report import EventReport
from catalog_graph.openlineage.runs import Role, Use

NEVER, ALWAYS = -(2**62), 2**62
"""Instants before and after all others, in microseconds since 1970."""
Edge = tuple[str, str]


class Probe(NamedTuple):
    """A question to the index: the nearest use of a line before or after an instant."""

    line: str
    role: Role
    at: int
    after: bool


class Span(NamedTuple):
    """A question to the index: all uses of a line from an instant (excluded) to another (included)."""

    line: str
    role: Role
    after: int = NEVER
    until: int = ALWAYS


class EventTransaction(Protocol):
    """The reads and writes of a store in the transaction of one batch; no other batch is under way."""

    def documents(self, keys: Iterable[str]) -> dict[str, Document]:
        """Return the stored documents of these keys."""

    def save_documents(self, documents: Mapping[str, Document]) -> None:
        """Store documents, in place of those of the same keys."""

    def change_uses(self, removed: Collection[Use], added: Collection[Use]) -> None:
        """Remove uses from the index, and add others."""

    def seek(self, probes: Sequence[Probe]) -> list[Use | None]:
        """Answer each probe; of several uses at one instant, the one with the greatest id answers."""

    def span(self, spans: Sequence[Span]) -> list[Use]:
        """Return all uses in these spans, each once."""

    def entries(self, artifact_ids: Iterable[str], parent_ids: Iterable[str]) -> dict[str, CatalogEntry]:
        """Return the known ones of these artifacts, in any state, before they are put or deleted.

        `parent_ids` are all to which their edges will lead.
        """

    def are_registered(self, artifact_ids: Sequence[str], prefixes: Sequence[str]) -> bool:
        """Return True if an artifact of these ids, or whose id begins with one of these texts, is registered."""

    def put(self, entries: Sequence[CatalogEntry]) -> None:
        """Register artifacts, or set their whole contents and parents. Raises `CycleRefused`."""

    def delete(self, artifact_ids: Sequence[str]) -> None:
        """Delete registered artifacts."""


class StoreEvents(EventInterface, ABC):
    """Events in a store."""

    @abstractmethod
    def _in_event_transaction(self, batches: Sequence[EventBatch], refused: Collection[Edge]) -> list[EventReport]:
        """Return what `take` does with these arguments in a transaction of its own. Raises `CycleRefused`."""

    def _take_events(self, events: list[Any]) -> EventReport:
        batch = batch_of(events)
        if batch.documents:
            batch.report.add(self._take_batch(batch))
        return batch.report

    def _take_batch(self, batch: EventBatch) -> EventReport:
        """Return what a batch changes; a store may take several batches in one transaction."""
        return self._take_together([batch])[0]

    def _take_together(self, batches: Sequence[EventBatch]) -> list[EventReport]:
        """Take batches in one transaction; leave out an edge that would close a cycle with edges that people added."""
        refused: set[Edge] = set()
        while True:
            try:
                return self._in_event_transaction(batches, refused)
            except CycleRefused as error:
                edges = set(pairwise(error.details["path"]))
                if edges <= refused:
                    raise
                refused |= edges
