"""The questions about lineage that every backend answers: over a few primitives, by the same code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from catalog_graph import checks
from catalog_graph.answers.facts import Counts
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.concurrency import AtOnce
from catalog_graph.backends.references import Naming
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.instants import Instant, Zone, checked_instant, microseconds
from catalog_graph.lineage import Card, Direction, Lineage, Traversal, checked_direction

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Copies, Impact
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf

MAX_WITHOUT = 100
"""Artifacts that one question can leave out."""
MAX_TAG_KEYS = 20
"""Tag keys that one question can count by."""
MAX_COPIES = 100
"""Artifacts of the same content whose own downstream is looked at."""
MAX_PATHS = 1000
"""Paths listed in one answer."""
PRODUCTION = "stage:production OR alias:*"
"""What is taken to be in production, unless a question says otherwise."""


class LineageAnswers(Naming, AtOnce, ABC):
    """What was made from what, and what follows from that.

    Each question takes references too (`Naming.resolve`); its answer has the ids that they stand for.
    """

    naive_zone: ClassVar[Zone] = "utc"
    """How this backend reads an instant without an offset."""

    # ---- what a backend is made of

    @abstractmethod
    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        """A page of the closure, by depth and id; raises `NotFound` if there is no such artifact at all."""

    def _count(self, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
        """What is downstream, at any depth, counted by type, pipeline, depth and tag; raises `NotFound`.

        For backends that work answers out; a client asks its service for whole ones.
        """
        raise NotImplementedError

    @abstractmethod
    def search(self, query: str, limit: int = 50) -> list[CatalogEntry]:
        """What matches a text of the query language, best first."""

    @abstractmethod
    def get_many(self, artifact_ids: Iterable[str]) -> list[CatalogEntry | None]:
        """The registered artifacts of these ids; `None` for each that is not registered."""

    # ---- the closure

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
        """What the artifact was made from, at any depth, nearest first; see `lineage`."""
        return self.lineage(
            artifact_id, "upstream", depth=depth, limit=limit, where=where, as_of=as_of, without=without
        )

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
        """What was made from the artifact, at any depth, nearest first; see `lineage`."""
        return self.lineage(
            artifact_id, "downstream", depth=depth, limit=limit, where=where, as_of=as_of, without=without
        )

    def lineage(
        self,
        artifact_id: str,
        direction: Direction,
        *,
        depth: int | None = None,
        limit: int | None = 1000,
        cursor: str | None = None,
        where: str = "",
        as_of: Instant | None = None,
        without: Iterable[str] = (),
    ) -> Lineage:
        """The closure of an artifact, at most `depth` edges away, the nearest `limit` nodes of it.

        `where`, a text of the query language, chooses what is listed and counted; the walk passes through the
        rest. `as_of`, a `datetime` or a text of ISO-8601, asks for the lineage as it was recorded then. `without` names
        artifacts that the walk does not enter, as if they were not there. `limit=None` reads all, page after
        page of 250,000 nodes. Raises `NotFound`, `InvalidInput`, `InvalidQuery`.
        """
        checks.checked_id(artifact_id)
        wanted = None if limit is None else checks.checked_limit(limit)
        asked = Traversal(
            direction=checked_direction(direction),
            depth=None if depth is None else checks.checked_limit(depth, "depth"),
            cursor=cursor,
            where=checks.checked_query(where, "where"),
            as_of=self._instant(as_of),
            without=self._standing_for(checked_without(without)),
        )
        return self._found(artifact_id, lambda found_id: self._pages(found_id, asked, wanted))

    def _pages(self, artifact_id: str, asked: Traversal, wanted: int | None) -> Lineage:
        """The first `wanted` nodes of a closure, or all, however many pages it takes."""
        page = answer = self._traverse(artifact_id, replace(asked, limit=min(wanted or MAX_NODES, MAX_NODES)))
        while page.cursor and (wanted is None or len(answer.columns) < wanted):
            rest = MAX_NODES if wanted is None else min(wanted - len(answer.columns), MAX_NODES)
            page = self._traverse(artifact_id, replace(asked, limit=rest, cursor=page.cursor))
            answer.extend(page)
        return answer

    # ---- what follows from it

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
        left_out = self._standing_for(checked_without(without))
        wanted = None if limit is None else checks.checked_limit(limit)
        asked = Traversal(
            "downstream", where=checks.checked_query(where, "where"), as_of=self._instant(as_of), without=left_out
        )
        in_use = replace(asked, and_where=checks.checked_query(production, "production"))

        def counted_and_listed(found_id: str) -> tuple[Counts, Lineage]:
            counts = self._begun(lambda: self._count(found_id, asked, keys))
            listed = self._pages(found_id, replace(asked, known_size=lambda: counts().size), wanted)
            return counts(), listed

        def in_production() -> Lineage | None:
            if not production.strip():
                return None
            return self._found(artifact_id, lambda found_id: self._pages(found_id, in_use, shown))

        beside = self._begun(in_production)
        counts, listed = self._found(artifact_id, counted_and_listed)
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
        known = self._details([artifact_id]).get(artifact_id)
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
        return shortest_alone(self._shortest(start.artifact_id, end.artifact_id), start, end)

    def _shortest(self, source: str, target: str) -> list[Card]:
        """One of the shortest ways, from the target (first) to the source; empty where there is none.

        For stores that can find it without reading the whole ancestry to do better.
        """
        from catalog_graph.answers.graph import LineageGraph
        from catalog_graph.answers.paths import shortest

        graph = LineageGraph(self.upstream(target, limit=None))
        start = graph.position.get(source, 0)
        return graph.cards(reversed(shortest(graph, start))) if start else []

    def diff(self, left: str, right: str, *, limit: int = 1000) -> Difference:
        """What two artifacts came from, side by side; each list of the answer shows the nearest `limit`.

        Artifacts are the same by id; different ones are paired by content hash, then by name and type. Raises
        `NotFound`.
        """
        from catalog_graph.answers.difference import Comparison, graphs, unshared

        shown = min(checks.checked_limit(limit), MAX_NODES)
        checks.checked_id(right, "right")
        both = graphs(self.upstream(left, limit=None), self.upstream(right, limit=None))
        comparison = Comparison(*both, self._details(unshared(*both)))
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
        return what_if(upstream, downstream, of_removed, self._details(list(ids)), shown)

    def _standing_for(self, references: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of what is left out; raises `NotFound` where one stands for nothing, for it may be misspelt."""
        known = self._details(references) if references else {}
        return tuple(dict.fromkeys(i if i in known else self.resolve(i) for i in references))

    def _instant(self, as_of: Instant | None) -> int | None:
        return None if as_of is None else microseconds(checked_instant(as_of, self.naive_zone, "as_of"))


def checked_without(artifact_ids: Iterable[str]) -> tuple[str, ...]:
    """The artifacts that a question leaves out, by ids or references."""
    ids = checks.checked_texts(artifact_ids, "without")
    if len(ids) > MAX_WITHOUT:
        raise LimitExceeded(f"{len(ids)} artifacts to leave out; at most {MAX_WITHOUT} are taken", field="without")
    return tuple(dict.fromkeys(checks.checked_id(artifact_id, "without") for artifact_id in ids))


def checked_tag_keys(keys: Iterable[str]) -> list[str]:
    """The tag keys that a question counts by."""
    given = list(dict.fromkeys(checks.checked_texts(keys, "tag_keys")))
    if len(given) > MAX_TAG_KEYS:
        raise LimitExceeded(f"{len(given)} tag keys to count by; at most {MAX_TAG_KEYS} are taken", field="tag_keys")
    return given
