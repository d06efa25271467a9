"""Aliases and promotions, as the service keeps and decides them: one call each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from catalog_graph.aliases import ANYTHING, Alias, AliasMove, AliasPage, MoveRequest, checked_alias, checked_by
from catalog_graph.backends.promotion import PromotionGate
from catalog_graph.backends.remote.http import HttpService

if TYPE_CHECKING:
    from catalog_graph.policy import Policy
    from catalog_graph.promotion.report import PromotionReport

Asked = dict[str, str | None]


class RemoteAliases(PromotionGate):
    """The primitives of `Aliases`, and the gate, asked of the service."""

    _service: HttpService

    def _move_alias(self, asked: MoveRequest) -> AliasMove:
        given: dict[str, Any] = {"name": asked.name, "alias": asked.alias, "by": asked.by}
        if asked.expected is not ANYTHING:
            given["expected"] = asked.expected
        # Sent again blindly, the second would not find what the first has changed.
        once = asked.expected is not ANYTHING
        if asked.artifact_id is None:
            answer = self._service.ask("DELETE", "/aliases", _params(given), once=once)
        else:
            given["artifact_id"] = asked.artifact_id
            answer = self._service.ask("PUT", "/aliases", [], given, once=once)
        return AliasMove(**answer)

    def _alias_page(
        self, name: str | None, alias: str | None, artifact_id: str | None, limit: int, cursor: str | None
    ) -> AliasPage[Alias]:
        asked = {"name": name, "alias": alias, "artifact_id": artifact_id, "limit": str(limit), "cursor": cursor}
        answer = self._service.ask("GET", "/aliases", _params(asked))
        return AliasPage([Alias(**item) for item in answer["items"]], answer["cursor"])

    def _alias_history(self, name: str, alias: str | None, limit: int, cursor: str | None) -> AliasPage[AliasMove]:
        asked = {"name": name, "alias": alias, "limit": str(limit), "cursor": cursor}
        answer = self._service.ask("GET", "/aliases/history", _params(asked))
        return AliasPage([AliasMove(**item) for item in answer["items"]], answer["cursor"])

    # ---- the gate

    @abstractmethod
    def _posted(self, artifact_id: str, question: str, body: dict[str, Any], *, once: bool) -> dict[str, Any]:
        """The service's answer to what is posted about an artifact."""

    def check_promotion(
        self, artifact_id: str, policy: Policy | Mapping[str, Any] | str, *, alias: str | None = None
    ) -> PromotionReport:
        """As in the base class, in one call."""
        from catalog_graph.policy import read_policy
        from catalog_graph.promotion.report import PromotionReport

        body = {"policy": read_policy(policy).to_dict(), "alias": alias}
        return PromotionReport.from_dict(self._posted(artifact_id, "check-promotion", body, once=False))

    def promote(
        self, artifact_id: str, alias: str, policy: Policy | Mapping[str, Any] | str, *, by: str = ""
    ) -> PromotionReport:
        """As in the base class, in one call."""
        from catalog_graph.policy import read_policy
        from catalog_graph.promotion.report import PromotionReport

        body = {"policy": read_policy(policy).to_dict(), "alias": checked_alias(alias), "by": checked_by(by)}
        return PromotionReport.from_dict(self._posted(artifact_id, "promote", body, once=True))


def _params(asked: Asked) -> list[tuple[str, str]]:
    return [(name, value) for name, value in asked.items() if value]
