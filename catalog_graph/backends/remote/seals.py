"""Seals, which the service keeps, and whose statements it makes; keys stay here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, query_parameters
from catalog_graph.backends.seals import SealInterface, StatementRequest
from catalog_graph.errors import NotFound
from catalog_graph.seals.envelope import Pieces

if TYPE_CHECKING:
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.envelope import Envelope
    from catalog_graph.seals.spool import Payload
    from catalog_graph.seals.statement import Statement, Writer


class RemoteSeals(SealInterface):
    """Seals of the service."""

    _service: HttpService

    def _write_statement(self, file: Writer, artifact_id: str, request: StatementRequest) -> Statement:
        from catalog_graph.seals.spool import Spool, chunks
        from catalog_graph.seals.statement import read_statement

        body = {
            "alias": request.alias,
            "policy": None if request.policy is None else request.policy.to_dict(),
            "by": request.by,
            "allow_unregistered": request.allow_unregistered,
        }
        parameters = query_parameters(exact_parameter(artifact_id))
        received: list[Payload] = []

        def take(pieces: Iterator[bytes]) -> None:
            with Spool() as spool:
                for piece in pieces:
                    spool.write(piece)
                received[:] = [spool.message()[1]]

        self._service.receive("POST", f"{artifact_path(artifact_id)}/statement", parameters, body, take)
        [text] = received
        statement = read_statement(text, keep=False)
        for piece in chunks(text):
            file.write(bytes(piece))
        return statement

    def _keep_seal(self, envelope: Envelope, card: SealCard) -> None:
        path = f"{artifact_path(card.artifact_id)}/seals"
        self._service.ask("POST", path, [("exact", "true")], Pieces(envelope, lambda seal: seal))

    def _seals(self, artifact_id: str, limit: int) -> list[SealCard]:
        from catalog_graph.seals.card import SealCard

        parameters = query_parameters({"limit": limit, **exact_parameter(artifact_id)})
        answer = self._service.ask("GET", f"{artifact_path(artifact_id)}/seals", parameters)
        return [SealCard.from_dict(item) for item in answer["items"]]

    def _seal(self, artifact_id: str, digest: str) -> Envelope | None:
        from catalog_graph.seals.arriving import ArrivingEnvelope
        from catalog_graph.seals.envelope import envelope_of

        received: list[ArrivingEnvelope] = []

        def take(pieces: Iterator[bytes]) -> None:
            received[:] = [ArrivingEnvelope()]
            for piece in pieces:
                received[0].write(piece)

        parameters = query_parameters({"digest": digest, **exact_parameter(artifact_id)})
        try:
            self._service.receive("GET", f"{artifact_path(artifact_id)}/seal", parameters, None, take)
        except NotFound:
            return None
        return envelope_of(received[0])
