"""Methods of `ArtifactCatalog` for lineage and the answers that follow from it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import Instant
from catalog_graph.lineage import Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Impact
    from catalog_graph.answers.neighbourhood import Neighbourhood
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.stale import Stale, StaleArtifacts
    from catalog_graph.answers.unreachable import Unreachable
    from catalog_graph.answers.walk import Walk
    from catalog_graph.answers.what_if import WhatIf


class CatalogAnswers:
    """Lineage, and the answers that follow from it; each states whether it is complete."""

    _backend: CatalogBackend

    def get_lineage(self, artifact_id: str, *, exact: bool = False) -> dict[str, Any]:
        """Return the direct neighbours: `artifact`, `parents` and `children`, each a dict; see also `upstream`."""
        return self._backend.get_lineage(artifact_id, exact=exact)

    def upstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        limit: int | None = 1000,
        where: str = "",
        as_of: Instant | None = None,
        without: Iterable[str] = (),
        until: str = "",
        column: str = "",
        exact: bool = False,
    ) -> Lineage:
        """Return everything that the artifact was made from, at any depth, nearest first; `limit=None` reads all.

        `where`, a query as for `search`, selects the artifacts to list and count; the traversal passes through the
        others. `as_of`, a `datetime` or an instant in ISO-8601, asks for the lineage as it was recorded then. `without`
        names artifacts to treat as missing. `until`, another query, selects artifacts at which the traversal stops;
        they are listed too. With `column`, only what that column was made from is listed, by the column lineage of
        events; `column_names` has the columns. With `exact`, all texts are ids, never references. An incomplete answer
        states it: `complete`, `stopped_by`, `total`. Raises `NotFound`, also for a name in `without` that stands for
        nothing, and `InvalidInput`.
        """
        lineage = self._backend.upstream(
            artifact_id,
            depth=depth,
            limit=limit,
            where=where,
            as_of=as_of,
            without=without,
            until=until,
            column=column,
            exact=exact,
        )
        return self._read_by(lineage, as_of)

    def downstream(
        self,
        artifact_id: str,
        *,
        depth: int | None = None,
        limit: int | None = 1000,
        where: str = "",
        as_of: Instant | None = None,
        without: Iterable[str] = (),
        until: str = "",
        exact: bool = False,
    ) -> Lineage:
        """Return everything that was made from the artifact, at any depth, nearest first; as `upstream`."""
        lineage = self._backend.downstream(
            artifact_id, depth=depth, limit=limit, where=where, as_of=as_of, without=without, until=until, exact=exact
        )
        return self._read_by(lineage, as_of)

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
        until: str = "",
        exact: bool = False,
    ) -> Impact:
        """Return what a change of the artifact affects: counts, the nearest artifacts, and those in production.

        Only registered artifacts are counted and listed; `gone` has the numbers of the others. Counts are by type,
        pipeline, depth and each of `tag_keys`. `production` is a query as for `search`; the nearest `paths` artifacts
        that match it are shown with a shortest path each. With `copies`, other artifacts with the same content hash are
        listed too, and what derives from those alone; no count has them. The other parameters are
        those of `upstream`.
        """
        answer = self._backend.impact(
            artifact_id,
            where=where,
            limit=limit,
            tag_keys=tag_keys,
            production=production,
            paths=paths,
            copies=copies,
            as_of=as_of,
            without=without,
            until=until,
            exact=exact,
        )
        self._read_by(answer.lineage, as_of)
        return answer

    def _read_by(self, lineage: Lineage, as_of: Instant | None) -> Lineage:
        """Let the pictures of a lineage read entries of this catalog; it holds none as of an instant."""
        lineage.reader = None if as_of is not None else self._backend.get_many
        return lineage

    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True, exact: bool = False) -> Paths:
        """Return the paths from `source` down to `target`, the shortest first, and their exact number.

        Without `count`, the answer is one of the shortest paths, which is much faster.
        """
        return self._backend.paths(source, target, limit=limit, count=count, exact=exact)

    def diff(self, left: str, right: str, *, limit: int = 1000, exact: bool = False) -> Difference:
        """Compare the ancestries of two artifacts: the common part, the part of each alone, where they diverge."""
        return self._backend.diff(left, right, limit=limit, exact=exact)

    def choke_points(self, artifact_id: str, *, exact: bool = False) -> ChokePoints:
        """Return the artifacts that every path from a source to this one passes, nearest first."""
        return self._backend.choke_points(artifact_id, exact=exact)

    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000, exact: bool = False) -> WhatIf:
        """Return what would be cut off from the artifact, or left without any source, if those `without` were missing.

        Each list of the answer has the nearest `limit`.
        """
        return self._backend.what_if(artifact_id, without, limit=limit, exact=exact)

    @overload
    def stale(self, artifact_id: str, *, where: None = None, limit: int = 1000, exact: bool = False) -> Stale: ...
    @overload
    def stale(
        self, artifact_id: None = None, *, where: str | None = None, limit: int = 1000, exact: bool = False
    ) -> StaleArtifacts: ...
    def stale(
        self, artifact_id: str | None = None, *, where: str | None = None, limit: int = 1000, exact: bool = False
    ) -> Stale | StaleArtifacts:
        """Return the inputs of an artifact, at any depth, that have a newer version or an alias that has moved on.

        The answer also has the least to make again, in order. Without `artifact_id`, return which of the artifacts that
        match `where` are stale; by default of those in production. Each list of the answer has the first `limit`.
        """
        if artifact_id is None:
            return self._backend.stale(where=where, limit=limit, exact=exact)
        if where is not None:
            raise InvalidInput("give either an artifact or where, a query for artifacts, not both", field="where")
        return self._backend.stale(artifact_id, limit=limit, exact=exact)

    def walk(self, select: str, *, exclude: str = "", limit: int = 1000, exact: bool = False) -> Walk:
        """Return the artifacts that selectors choose, as dbt has them, and that those of `exclude` do not.

        A selector is a reference, or a query in quotes: `+x` adds everything upstream, `x+2` what is up to 2 edges
        downstream, `@x` everything downstream and all that this was made from. Blanks join, commas intersect.
        """
        return self._backend.walk(select, exclude=exclude, limit=limit, exact=exact)

    def neighbourhood(
        self, artifact_id: str, *, hops: int = 2, limit: int = 1000, exact: bool = False
    ) -> Neighbourhood:
        """Return what at most `hops` edges, from 0 to 20, each in either direction, connect to the artifact.

        The nearest `limit` are listed.
        """
        return self._backend.neighbourhood(artifact_id, hops=hops, limit=limit, exact=exact)

    def unreachable(self, from_: str = PRODUCTION, *, older_than: str = "90d", limit: int = 1000) -> Unreachable:
        """Return the registered artifacts that nothing in use was made from; nothing is deleted.

        In use is what matches the query `from_`, and what is not `older_than` an age such as `90d`, or a date. The
        first `limit` are listed, the newest first. `delete_unreachable` deletes them.
        """
        return self._backend.unreachable(from_, older_than=older_than, limit=limit)

    def delete_unreachable(
        self, artifact_ids: Iterable[str], from_: str = PRODUCTION, *, older_than: str = "90d"
    ) -> builtins.list[str]:
        """Delete those of these artifacts, which `unreachable` listed, that are still so; return their ids.

        What is in use by now is kept. `undelete` takes each deletion back.
        """
        return self._backend.delete_unreachable(artifact_ids, from_, older_than=older_than)
