"""Aliases, as the service keeps them: one call each."""

from __future__ import annotations

from typing import Any

from catalog_graph.aliases import ANYTHING, Alias, AliasMove, AliasPage, Moving
from catalog_graph.backends.aliases import Aliases
from catalog_graph.backends.http import HttpService

Asked = dict[str, str | None]


class RemoteAliases(Aliases):
    """The primitives of `Aliases`, asked of the service."""

    _service: HttpService

    def _move_alias(self, asked: Moving) -> AliasMove:
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


def _params(asked: Asked) -> list[tuple[str, str]]:
    return [(name, value) for name, value in asked.items() if value]
