"""The questions about lineage that people ask of an `ArtifactCatalog`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.instants import Instant
from catalog_graph.lineage import Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Impact
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf


class LineageQuestions:
    """What was made from what, and what follows from that; each answer says whether it is complete."""

    _backend: CatalogBackend

    def get_lineage(self, artifact_id: str) -> dict[str, Any]:
        """Direct neighbours: `artifact`, `parents` and `children`, each a dict; see `upstream` for more."""
        return self._backend.get_lineage(artifact_id)

    def upstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        limit: int | None = 1000,
        where: str = "",
        as_of: Instant | None = None,
        without: Iterable[str] = (),
    ) -> Lineage:
        """What the artifact was made from, at any depth, nearest first; `limit=None` reads all of it.

        `where`, a text as `search` takes it, chooses what is listed and counted; the walk passes through the rest.
        `as_of`, a `datetime` or an instant in ISO-8601, asks for the lineage as it was recorded then; `without` names
        artifacts that are taken not to be there. An answer cut short says so: `complete`, `stopped_by`, `total`. Raises
        `NotFound`, also where something in `without` stands for nothing, and `InvalidInput`.
        """
        return self._backend.upstream(artifact_id, depth=depth, limit=limit, where=where, as_of=as_of, without=without)

    def downstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        limit: int | None = 1000,
        where: str = "",
        as_of: Instant | None = None,
        without: Iterable[str] = (),
    ) -> Lineage:
        """What was made from the artifact, at any depth, nearest first; as `upstream`."""
        return self._backend.downstream(
            artifact_id, depth=depth, limit=limit, where=where, as_of=as_of, without=without
        )

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
        """What a change of the artifact reaches: counted, the nearest listed, and what of it is in production.

        Counts are by type, pipeline, depth and each of `tag_keys`. `production` is a query as `search` takes it; what
        matches is shown with a shortest path each, the nearest `paths` of them. With `copies`, other artifacts with
        the same content hash are listed beside it, and what comes from those alone; no count has them. The rest is as
        in `upstream`.
        """
        return self._backend.impact(
            artifact_id,
            where=where,
            limit=limit,
            tag_keys=tag_keys,
            production=production,
            paths=paths,
            copies=copies,
            as_of=as_of,
            without=without,
        )

    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True) -> Paths:
        """The ways in which `target` came from `source`, the shortest first, and exactly how many there are.

        Without `count`, one of the shortest is the whole answer, and a quick one.
        """
        return self._backend.paths(source, target, limit=limit, count=count)

    def diff(self, left: str, right: str, *, limit: int = 1000) -> Difference:
        """What two artifacts came from, side by side: what they share, what each has alone, and where they part."""
        return self._backend.diff(left, right, limit=limit)

    def choke_points(self, artifact_id: str) -> ChokePoints:
        """The artifacts through which every path from a source to this one runs, nearest first."""
        return self._backend.choke_points(artifact_id)

    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000) -> WhatIf:
        """What would be cut off from the artifact, or left without any source, if those `without` went away."""
        return self._backend.what_if(artifact_id, without, limit=limit)
