"""Events of OpenLineage, sent to the service."""

from __future__ import annotations

from typing import Any

from catalog_graph.backends.openlineage import EventInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.openlineage.report import EventReport


class RemoteEvents(EventInterface):
    """Events in one request."""

    _service: HttpService

    def _take_events(self, events: list[Any]) -> EventReport:
        address = f"{self._service.endpoint.removesuffix('/catalog')}/lineage/batch"
        answer = self._service.answer(self._service.send("POST", address, [], events))
        summary = answer["summary"]
        refused = [{"index": each["index"], "reason": each["reason"]} for each in answer["failed_events"]]
        counts = {"received": summary["received"], "taken": summary["successful"], "refused": refused}
        return EventReport.from_dict({**answer, **counts})
