"""Aliases and promotions, which the service stores and decides: one request each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from catalog_graph.aliases import ANYTHING, Alias, AliasMove, AliasPage, MoveRequest
from catalog_graph.backends.aliases import AliasInterface
from catalog_graph.backends.promotion import PromotionInterface
from catalog_graph.backends.remote.http import HttpService
from catalog_graph.backends.remote.paths import artifact_path, exact_parameter, noted, query_parameters
from catalog_graph.checks import checked_id
from catalog_graph.seals.envelope import Pieces

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport
    from catalog_graph.seals.envelope import Envelope

E = TypeVar("E", Alias, AliasMove)


class RemoteAliases(AliasInterface, PromotionInterface):
    """Aliases and the promotion gate of the service."""

    _service: HttpService

    def _move_alias(self, request: MoveRequest) -> AliasMove:
        body: dict[str, Any] = {"name": request.name, "alias": request.alias, "by": request.by}
        if request.expected is not ANYTHING:
            body["expected"] = request.expected
        # Without a key, a second attempt would not find the holder that it expects, if the first one moved the alias.
        key = request.receipt.key if request.receipt else str(uuid.uuid4())
        expected = request.expected if isinstance(request.expected, str) else None
        if request.artifact_id is None:
            parameters = {**body, **exact_parameter(expected)}
            move = self._service.ask("DELETE", "/aliases", query_parameters(parameters), key=key)
        else:
            body["artifact_id"] = request.artifact_id
            exact = query_parameters(exact_parameter(request.artifact_id, expected))
            move = self._service.ask("PUT", "/aliases", exact, body, key=key)
        return AliasMove(**noted(move))

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        values = {"name": name, "alias": alias, "artifact_id": artifact_id, "limit": limit, "cursor": cursor}
        page = noted(self._service.ask("GET", "/aliases", query_parameters({**values, **exact_parameter(artifact_id)})))
        return AliasPage([Alias(**item) for item in page["items"]], page["cursor"])

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        values = {"name": name, "alias": alias, "limit": limit, "cursor": cursor}
        page = self._service.ask("GET", "/aliases/history", query_parameters(values))
        return AliasPage([AliasMove(**item) for item in page["items"]], page["cursor"])

    def _bound_page(
        self, read: Callable[[str | None], AliasPage[E]], cursor: str | None, *question: Any
    ) -> AliasPage[E]:
        return read(cursor)

    # ---- the promotion gate

    def _check_promotion(self, artifact_id: str, policy: Policy, alias: str | None) -> PromotionReport:
        from catalog_graph.promotion.report import PromotionReport

        path = f"{artifact_path(checked_id(artifact_id))}/check-promotion"
        body = {"policy": policy.to_dict(), "alias": alias}
        exact = query_parameters(exact_parameter(artifact_id))
        return PromotionReport.from_dict(noted(self._service.ask("POST", path, exact, body)))

    def _promote(self, artifact_id: str, alias: str, policy: Policy, by: str, seal: Envelope | None) -> PromotionReport:
        from catalog_graph.promotion.report import PromotionReport

        path = f"{artifact_path(checked_id(artifact_id))}/promote"
        body: Any = {"policy": policy.to_dict(), "alias": alias, "by": by}
        if seal is not None:
            body = Pieces(seal, lambda frame: {**body, "seal": frame})
        exact = query_parameters(exact_parameter(artifact_id))
        return PromotionReport.from_dict(noted(self._service.ask("POST", path, exact, body, once=True)))
