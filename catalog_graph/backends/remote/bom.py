"""The bill of materials, written by the service."""

from __future__ import annotations

from typing import Any

from catalog_graph.backends.bom import BomInterface, SpecVersion
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, query_parameters


class RemoteBom(BomInterface):
    """Bills of materials that are read from the service."""

    _service: HttpService

    def _bom(self, artifact_id: str | None, alias: str, spec_version: SpecVersion, limit: int) -> dict[str, Any]:
        of_one = "" if artifact_id is None else artifact_path(artifact_id)
        parameters = {"alias": alias or None, "spec_version": spec_version, "limit": limit}
        parameters |= exact_parameter(artifact_id)
        return dict(self._service.ask("GET", f"{of_one}/bom", query_parameters(parameters)))
