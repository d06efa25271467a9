"""Answers that follow from a lineage, over the queries of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog_graph import checks
from catalog_graph.answers.facts import Counts
from catalog_graph.backends.composed.concurrency import Concurrency
from catalog_graph.backends.composed.references import StoreReferences
from catalog_graph.backends.finding import FindingInterface
from catalog_graph.backends.lineage import PRODUCTION, LineageInterface, checked_tag_keys, checked_without
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import Instant
from catalog_graph.lineage import Card, Lineage, Traversal

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Copies, Impact
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf

MAX_COPIES = 100
"""Maximum number of artifacts of the same content whose downstream is read."""
MAX_PATHS = 1000
"""Maximum number of paths in an answer."""


class StoreAnswers(StoreReferences, Concurrency, FindingInterface, LineageInterface, ABC):
    """Impact, paths, differences, choke points and what-if."""

    # ---- primitives

    @abstractmethod
    def count(self, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
        """Count what a traversal reaches, at any depth, by type, pipeline, depth and tag. Raises `NotFound`."""

    def shortest_path(self, source: str, target: str) -> list[Card]:
        """Return one of the shortest paths, from the target (first) to the source; empty if there is none.

        This implementation reads the whole ancestry of the target; a store that can do better replaces it.
        """
        from catalog_graph.answers.graph import LineageGraph
        from catalog_graph.answers.paths import shortest

        graph = LineageGraph(self.upstream(target, limit=None))
        start = graph.position.get(source, 0)
        return graph.cards(reversed(shortest(graph, start))) if start else []

    # ---- the interface

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
        """What a change of the artifact reaches: counted, the nearest `limit` of it listed, and what is in production.

        `where` chooses what counts and is listed; `as_of` and `without` are those of `lineage`. Counts are by type,
        pipeline, depth and each of `tag_keys`. `production` is a text of the query language; the nearest `paths` that
        match it are shown with a shortest path each; where it is empty, none is looked for. With `copies`, others with
        the same content hash are listed beside it, and what comes from those alone; no count has them. Raises as
        `lineage` does.
        """
        from catalog_graph.answers.impact import Production, explains, impact, reasons

        checks.checked_id(artifact_id)
        keys, shown = checked_tag_keys(tag_keys), checks.checked_limit(paths, "paths")
        left_out = self._ids_of(checked_without(without))
        wanted = None if limit is None else checks.checked_limit(limit)
        asked = Traversal(
            "downstream", where=checks.checked_query(where, "where"), as_of=self._instant(as_of), without=left_out
        )
        in_use = replace(asked, and_where=checks.checked_query(production, "production"))

        def counted_and_listed(found_id: str) -> tuple[Counts, Lineage]:
            counts = self.begin(lambda: self.count(found_id, asked, keys))
            listed = self._whole(found_id, replace(asked, known_size=lambda: counts().size), wanted)
            return counts(), listed

        def in_production() -> Lineage | None:
            if not production.strip():
                return None
            return self._for_reference(artifact_id, lambda found_id: self._whole(found_id, in_use, shown))

        beside = self.begin(in_production)
        counts, listed = self._for_reference(artifact_id, counted_and_listed)
        affected = beside()
        artifact_id = listed.root.artifact_id
        found: list[list[Card]] = []
        if affected and affected.columns:
            whole = listed
            if where.strip() or not explains(listed, affected):
                reach = affected.columns.depth[-1]
                whole = self.downstream(artifact_id, depth=reach, limit=None, as_of=as_of, without=left_out)
            found = reasons(whole, affected)
        also = self._copies(artifact_id, listed, where, as_of, left_out) if copies else None
        return impact(listed, counts, Production(production.strip(), affected.total if affected else 0, found), also)

    def _copies(
        self, artifact_id: str, listed: Lineage, where: str, as_of: Instant | None, without: tuple[str, ...]
    ) -> Copies:
        from catalog_graph.answers.impact import copies

        limit = len(listed.columns) if listed.cursor else MAX_NODES
        known = self.details([artifact_id]).get(artifact_id)
        same = self._with_content(known.content_hash) if known is not None and known.content_hash else []
        ids = [i for i in same if i != artifact_id and i not in without]
        own, *others = (
            self.downstream(i, limit=None, where=where, as_of=as_of, without=without)
            for i in (artifact_id, *ids[:MAX_COPIES])
        )
        return copies(own, others, len(ids), limit)

    def _with_content(self, content_hash: str) -> list[str]:
        """Ids of all artifacts with this content hash, the newest first."""
        escaped = content_hash.replace("\\", "\\\\").replace('"', '\\"')
        return [entry.artifact_id for entry in self.search(f'hash:"{escaped}"', limit=checks.MAX_PAGE)]

    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True) -> Paths:
        """The ways in which `target` came from `source`, the shortest first, and exactly how many there are.

        None is an answer. Without `count`, one of the shortest is the whole answer, which takes far less than to read
        the ancestry. Raises `NotFound` where either is unknown.
        """
        from catalog_graph.answers.paths import paths, shortest_alone

        wanted = min(checks.checked_limit(limit), MAX_PATHS)
        checks.checked_id(target, "target")
        start = self.downstream(source, depth=1, limit=1).root
        if count:
            return paths(self.upstream(target, limit=None), start, wanted)
        end = self.upstream(target, depth=1, limit=1).root
        return shortest_alone(self.shortest_path(start.artifact_id, end.artifact_id), start, end)

    def diff(self, left: str, right: str, *, limit: int = 1000) -> Difference:
        """What two artifacts came from, side by side; each list of the answer shows the nearest `limit`.

        Artifacts are the same by id; different ones are paired by content hash, then by name and type. Raises
        `NotFound`.
        """
        from catalog_graph.answers.difference import Comparison, graphs, unshared

        shown = min(checks.checked_limit(limit), MAX_NODES)
        checks.checked_id(right, "right")
        both = graphs(self.upstream(left, limit=None), self.upstream(right, limit=None))
        comparison = Comparison(*both, self.details(unshared(*both)))
        return comparison.difference(self.get_many(comparison.compared()), shown)

    def choke_points(self, artifact_id: str) -> ChokePoints:
        """The artifacts through which every path from a source to this one runs, nearest first; raises `NotFound`."""
        from catalog_graph.answers.choke_points import choke_points

        return choke_points(self.upstream(artifact_id, limit=None))

    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000) -> WhatIf:
        """What would be cut off from the artifact, or left without any source, if those `without` went away.

        Each list of the answer shows the nearest `limit`. Raises `NotFound` where any of them is unknown.
        """
        from catalog_graph.answers.what_if import what_if

        shown = min(checks.checked_limit(limit), MAX_NODES)
        removed = checked_without(without)
        if not removed:
            raise InvalidInput("name at least one artifact that is to go away", field="without")
        upstream, downstream = self.upstream(artifact_id, limit=None), self.downstream(artifact_id, limit=None)
        gone = [self.downstream(i, limit=None) for i in removed]
        of_removed = {cone.root.artifact_id: cone for cone in gone}
        cones = (downstream, *gone)
        ids = dict.fromkeys(i for cone in cones for i in (cone.root.artifact_id, *cone.columns.artifact_id))
        return what_if(upstream, downstream, of_removed, self.details(list(ids)), shown)
