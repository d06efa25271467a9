"""Seals, which the service keeps, and whose statements it makes; keys stay here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, query_parameters
from catalog_graph.backends.seals import SealInterface, StatementRequest
from catalog_graph.errors import NotFound

if TYPE_CHECKING:
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.envelope import Envelope
    from catalog_graph.seals.statement import Statement, Writer


class RemoteSeals(SealInterface):
    """Seals of the service."""

    _service: HttpService

    def _write_statement(self, file: Writer, artifact_id: str, request: StatementRequest) -> Statement:
        from catalog_graph.seals.statement import read_statement

        body = {
            "alias": request.alias,
            "policy": None if request.policy is None else request.policy.to_dict(),
            "by": request.by,
            "allow_unregistered": request.allow_unregistered,
        }
        parameters = query_parameters(exact_parameter(artifact_id))
        response = self._service.send("POST", f"{artifact_path(artifact_id)}/statement", parameters, body)
        self._service.require_success(response)
        file.write(response.content)
        return read_statement(response.content, keep=False)

    def _keep_seal(self, envelope: Envelope, card: SealCard) -> None:
        path = f"{artifact_path(card.artifact_id)}/seals"
        self._service.ask("POST", path, [("exact", "true")], envelope.to_dict())

    def _seals(self, artifact_id: str, limit: int) -> list[SealCard]:
        from catalog_graph.seals.card import SealCard

        parameters = query_parameters({"limit": limit, **exact_parameter(artifact_id)})
        answer = self._service.ask("GET", f"{artifact_path(artifact_id)}/seals", parameters)
        return [SealCard.from_dict(item) for item in answer["items"]]

    def _seal(self, artifact_id: str, digest: str) -> Envelope | None:
        from catalog_graph.seals.envelope import read_envelope

        parameters = query_parameters({"digest": digest, **exact_parameter(artifact_id)})
        response = self._service.send("GET", f"{artifact_path(artifact_id)}/seal", parameters)
        try:
            self._service.require_success(response)
        except NotFound:
            return None
        return read_envelope(response.content)
