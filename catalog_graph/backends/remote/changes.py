"""The change record, which the service reads: one request a page."""

from __future__ import annotations

from catalog_graph.backends.changes import ChangeInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, noted, query_parameters
from catalog_graph.changes.change import ChangePage, ChangeQuestion, page_of


class RemoteChanges(ChangeInterface):
    """The change record of the service; all of it needs the scope admin, the history of one artifact needs read."""

    _service: HttpService

    def _change_page(self, question: ChangeQuestion, limit: int, cursor: str | None) -> ChangePage:
        q = question
        values = {"kind": list(q.kinds), "by": q.by, "since": q.since, "until": q.until, "after": q.after}
        params = query_parameters({**values, "limit": limit, "cursor": cursor, **exact_parameter(q.artifact_id)})
        path = "/audit" if q.artifact_id is None else f"{artifact_path(q.artifact_id)}/history"
        return page_of(noted(self._service.ask("GET", path, params)))
