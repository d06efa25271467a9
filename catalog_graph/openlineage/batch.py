"""A batch of events: what they say together, and the report about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog_graph.changes.origin import Origin, origin
from catalog_graph.errors import InvalidInput
from catalog_graph.openlineage.documents import Document, joined
from catalog_graph.openlineage.events import KnownFacets, documents_of
from catalog_graph.openlineage.report import EventReport

SMALL = 32
"""Maximum number of events of a batch that may share a transaction with others."""


@dataclass
class EventBatch:
    """The documents of a batch of events, by key, and the report about them."""

    documents: dict[str, Document] = field(default_factory=dict)
    report: EventReport = field(default_factory=EventReport)
    origin: Origin = field(default_factory=origin)

    @property
    def is_small(self) -> bool:
        """True if it may share a transaction with others."""
        return self.report.received <= SMALL


def batch_of(events: Sequence[Any]) -> EventBatch:
    """Read events; those that cannot be read are refused in the report."""
    batch = EventBatch()
    report, documents = batch.report, batch.documents
    report.received = len(events)
    known: KnownFacets = {}
    for index, event in enumerate(events):
        try:
            stated = documents_of(event, report, known)
        except InvalidInput as error:
            report.refuse(index, error.message)
            continue
        report.taken += 1
        for key, document in stated.items():
            documents[key] = joined(documents[key], document) if key in documents else document
    return batch
