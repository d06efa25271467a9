"""Worklists of what must go, kept by the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from catalog_graph.backends.erasure import ErasureInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, noted, query_parameters

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure, KeptErasure


class RemoteErasure(ErasureInterface):
    """Worklists that the service keeps."""

    _service: HttpService

    def _open_erasure(self, artifact_id: str, by: str, reason: str, limit: int) -> Erasure:
        return self._change(artifact_id, "open-erasure", {"by": by, "reason": reason}, limit)

    def _mark_erased(self, artifact_id: str, items: Sequence[str] | None, by: str, note: str, limit: int) -> Erasure:
        chosen = None if items is None else list(items)
        return self._change(artifact_id, "mark-erased", {"items": chosen, "by": by, "note": note}, limit)

    def _change(self, artifact_id: str, path: str, body: dict[str, Any], limit: int) -> Erasure:
        from catalog_graph.answers.erasure import Erasure

        parameters = query_parameters({"limit": limit, **exact_parameter(artifact_id)})
        answer = self._service.ask("POST", f"{artifact_path(artifact_id)}/{path}", parameters, body)
        return Erasure.from_dict(noted(answer))

    def erasures(self) -> list[KeptErasure]:
        """Return the worklists that are kept, the newest first."""
        from catalog_graph.answers.erasure import KeptErasure

        return [KeptErasure.from_dict(item) for item in self._service.ask("GET", "/erasures")["items"]]
