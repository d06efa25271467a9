"""Answers that the service works out beside the database: each is one call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from catalog_graph import checks
from catalog_graph.backends.lineage import PRODUCTION, LineageInterface, checked_tag_keys, checked_without
from catalog_graph.instants import Instant, checked_instant

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Impact
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf


class RemoteAnswers(LineageInterface):
    """The answers of `LineageAnswers`, asked of the service."""

    @abstractmethod
    def _answer(self, artifact_id: str, question: str, **asked: str | list[str]) -> dict[str, Any]:
        """The service's answer to a question about an artifact."""

    def impact(
        self,
        artifact_id: str,
        *,
        where: str = "",
        limit: int | None = 1000,
        tag_keys: Iterable[str] = (),
        production: str = PRODUCTION,
        paths: int = 100,
        copies: bool = False,
        as_of: Instant | None = None,
        without: Iterable[str] = (),
    ) -> Impact:
        """As in the base class, in one call."""
        from catalog_graph.answers.impact import Impact

        asked: dict[str, str | list[str]] = {
            "where": checks.checked_query(where, "where"),
            "limit": "all" if limit is None else str(limit),
            "tag_key": checked_tag_keys(tag_keys),
            "production": checks.checked_query(production, "production"),
            "paths": str(paths),
            "copies": "true" if copies else "",
            "as_of": "" if as_of is None else checked_instant(as_of, self.naive_zone, "as_of"),
            "without": list(checked_without(without)),
            "form": "columns",
        }
        return Impact.from_dict(self._answer(artifact_id, "impact", **asked))

    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True) -> Paths:
        """As in the base class, in one call."""
        from catalog_graph.answers.paths import Paths

        asked = {"target": checks.checked_id(target, "target"), "limit": str(limit), "count": "" if count else "false"}
        return Paths.from_dict(self._answer(source, "paths", **asked))

    def diff(self, left: str, right: str, *, limit: int = 1000) -> Difference:
        """As in the base class, in one call."""
        from catalog_graph.answers.difference import Difference

        other = {"with": checks.checked_id(right, "right"), "limit": str(limit)}
        return Difference.from_dict(self._answer(left, "diff", **other))

    def choke_points(self, artifact_id: str) -> ChokePoints:
        """As in the base class, in one call."""
        from catalog_graph.answers.choke_points import ChokePoints

        return ChokePoints.from_dict(self._answer(artifact_id, "choke-points"))

    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000) -> WhatIf:
        """As in the base class, in one call."""
        from catalog_graph.answers.what_if import WhatIf

        ids = checked_without(without)
        return WhatIf.from_dict(self._answer(artifact_id, "what-if", without=list(ids), limit=str(limit)))
