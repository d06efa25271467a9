"""Lineage, as every backend answers it: the closure of an artifact, and the answers that follow from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from catalog_graph import checks
from catalog_graph.artifact import Neighbours
from catalog_graph.backends.references import ReferenceInterface, not_found
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from catalog_graph.instants import Instant, Zone, checked_instant, microseconds
from catalog_graph.lineage import Direction, Lineage, Traversal, checked_direction
from catalog_graph.page import pages

if TYPE_CHECKING:
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.impact import Impact
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.what_if import WhatIf

MAX_WITHOUT = 100
"""Maximum number of artifacts that a request can leave out."""
MAX_TAG_KEYS = 20
"""Maximum number of tag keys that a request can count by."""
PRODUCTION = "stage:production OR alias:*"
"""Query for the artifacts in production, unless a request has its own."""


class LineageInterface(ReferenceInterface, ABC):
    """The lineage of an artifact; each method takes references too, and answers with the ids they stand for."""

    naive_zone: ClassVar[Zone] = "utc"
    """Time zone of instants without an offset."""

    # ---- implemented by each backend

    @abstractmethod
    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        """Return the direct parents and children, in any state; `None` if there is no such artifact at all."""

    @abstractmethod
    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return one page of the closure, by depth and id. Raises `NotFound` if there is no such artifact at all."""

    @abstractmethod
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
        """Count everything downstream of an artifact, list the nearest `limit`, and show what is in production.

        `where` selects what is counted and listed; `as_of` and `without` are those of `lineage`. Counts are by type,
        pipeline, depth and each of `tag_keys`. `production` is a query; the nearest `paths` artifacts that match it are
        shown with a shortest path each; an empty query skips this part. With `copies`, other artifacts with the same
        content hash are listed, and what derives from those alone; no count has them. Raises as `lineage` does.
        """

    @abstractmethod
    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True) -> Paths:
        """Return the paths from `source` down to `target`, the shortest first, and their exact number.

        There may be none. Without `count`, the answer is one of the shortest, which is much faster than to read the
        whole ancestry. Raises `NotFound` if either is unknown.
        """

    @abstractmethod
    def diff(self, left: str, right: str, *, limit: int = 1000) -> Difference:
        """Compare the ancestries of two artifacts; each list of the answer has the nearest `limit`.

        Artifacts are the same by id; different ones are paired by content hash, then by name and type. Raises
        `NotFound`.
        """

    @abstractmethod
    def choke_points(self, artifact_id: str) -> ChokePoints:
        """Return the artifacts that every path from a source to this one passes, nearest first. Raises `NotFound`."""

    @abstractmethod
    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000) -> WhatIf:
        """Return what would be cut off from the artifact, or left without any source, if those `without` were missing.

        Each list of the answer has the nearest `limit`. Raises `NotFound` if any of them is unknown.
        """

    # ---- the interface

    def get_lineage(self, artifact_id: str) -> dict[str, Any]:
        """Return the direct neighbours as the contract has them: `artifact`, `parents`, `children`, each a dict.

        For an unknown id, returns `{"artifact_id": id, "error": "not found"}`.
        """
        neighbours = self.neighbours(artifact_id) if artifact_id else None
        if neighbours is None:
            return {"artifact_id": artifact_id, "error": "not found"}
        return {
            "artifact": neighbours.artifact.to_dict(),
            "parents": [entry.to_dict() for entry in neighbours.parents],
            "children": [entry.to_dict() for entry in neighbours.children],
        }

    def neighbours(self, artifact_id: str) -> Neighbours | None:
        """Return an artifact's direct parents and children, unregistered and deleted ones too; `None` if unknown."""

        def read(own_id: str) -> Neighbours:
            neighbours = self._neighbours(own_id)
            if neighbours is None:
                raise not_found(own_id)
            return neighbours

        try:
            return self._for_reference(artifact_id, read)
        except (NotFound, InvalidInput):
            return None

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
        """Return everything that the artifact was made from, at any depth, nearest first; see `lineage`."""
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
        """Return everything that was made from the artifact, at any depth, nearest first; see `lineage`."""
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
        """Return the closure of an artifact: its nearest `limit` nodes that are at most `depth` edges away.

        `where`, a text of the query language, selects the nodes to list and count; the traversal passes through the
        others. `as_of`, a `datetime` or a text in ISO-8601, asks for the lineage as it was recorded then. `without`
        names artifacts that the traversal treats as missing. `limit=None` reads all nodes, in pages of 250,000. Raises
        `NotFound`, `InvalidInput`, `InvalidQuery`.
        """
        checks.checked_id(artifact_id)
        size = None if limit is None else checks.checked_limit(limit)
        traversal = Traversal(
            direction=checked_direction(direction),
            depth=None if depth is None else checks.checked_limit(depth, "depth"),
            cursor=cursor,
            where=checks.checked_query(where, "where"),
            as_of=self._instant(as_of),
            without=self._ids_of(checked_without(without)),
        )
        return self._for_reference(artifact_id, lambda own_id: self._whole(own_id, traversal, size))

    def _whole(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes of a closure, or all of them, over as many pages as it takes."""

        def read(size: int, cursor: str | None) -> Lineage:
            return self._traverse(artifact_id, replace(traversal, limit=size, cursor=cursor or traversal.cursor))

        following = pages(read, limit, MAX_NODES, lambda page: len(page.columns))
        lineage = next(following)
        for page in following:
            lineage.extend(page)
        return lineage

    def _instant(self, as_of: Instant | None) -> int | None:
        """Return an instant in microseconds since 1970. Raises `InvalidInput`."""
        return None if as_of is None else microseconds(checked_instant(as_of, self.naive_zone, "as_of"))


def checked_without(artifact_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the artifacts to leave out, ids or references, each once. Raises `InvalidInput`, `LimitExceeded`."""
    ids = checks.checked_texts(artifact_ids, "without")
    if len(ids) > MAX_WITHOUT:
        raise LimitExceeded(f"{len(ids)} artifacts to leave out; at most {MAX_WITHOUT} are taken", field="without")
    return tuple(dict.fromkeys(checks.checked_id(artifact_id, "without") for artifact_id in ids))


def checked_tag_keys(keys: Iterable[str]) -> list[str]:
    """Return the tag keys to count by, each once. Raises `InvalidInput`, `LimitExceeded`."""
    unique = list(dict.fromkeys(checks.checked_texts(keys, "tag_keys")))
    if len(unique) > MAX_TAG_KEYS:
        raise LimitExceeded(f"{len(unique)} tag keys to count by; at most {MAX_TAG_KEYS} are taken", field="tag_keys")
    return unique
