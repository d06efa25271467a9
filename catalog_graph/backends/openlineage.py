"""Events of OpenLineage, as every backend takes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from catalog_graph import checks
from catalog_graph.errors import InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from catalog_graph.openlineage.report import EventReport


class EventInterface(ABC):
    """Lineage that other programs send as events."""

    @abstractmethod
    def _take_events(self, events: list[Any]) -> EventReport:
        """Take events, and return the report about them."""

    def take_events(self, events: Iterable[Any]) -> EventReport:
        """Take up to 10,000 events of OpenLineage, and report what was taken, and what was left out and why.

        The order of events does not matter, nor how often they come. An event that cannot be read is refused, and the
        others are taken. Raises `LimitExceeded`.
        """
        batch = list(events)
        if len(batch) > checks.MAX_BATCH:
            raise LimitExceeded(f"{len(batch):,} events in one batch; at most {checks.MAX_BATCH:,} are taken")
        return self._take_events(batch)

    def take_event(self, event: Any) -> EventReport:
        """Take one event. Raises `InvalidInput` if it cannot be read."""
        report = self.take_events([event])
        for refusal in report.refused:
            raise InvalidInput(refusal["reason"])
        return report
