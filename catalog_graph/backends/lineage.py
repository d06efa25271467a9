"""Lineage, as every backend answers it: the direct neighbours and the closure of an artifact."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from catalog_graph import checks
from catalog_graph.artifact import Neighbours
from catalog_graph.backends.references import ExactId, ReferenceInterface, all_exactly, exactly, unknown_artifact
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput, LimitExceeded, NotFound
from catalog_graph.instants import Instant, checked_instant, microseconds
from catalog_graph.lineage import Direction, Lineage, Traversal, checked_direction
from catalog_graph.page import pages

MAX_WITHOUT = 100
"""Maximum number of artifacts that a request can leave out."""


class LineageInterface(ReferenceInterface, ABC):
    """The lineage of an artifact; each method takes references too, and answers with the ids they stand for."""

    # ---- implemented by each backend

    @abstractmethod
    def _neighbours(self, artifact_id: str) -> Neighbours | None:
        """Return the direct parents and children, in any state; `None` if there is no such artifact at all."""

    @abstractmethod
    def _traverse(self, artifact_id: str, traversal: Traversal) -> Lineage:
        """Return one page of the closure, by depth and id. Raises `NotFound` if there is no such artifact at all."""

    # ---- the interface

    def get_lineage(self, artifact_id: str, *, exact: bool = False) -> dict[str, Any]:
        """Return the direct neighbours as the contract has them: `artifact`, `parents`, `children`, each a dict.

        For an unknown id, returns `{"artifact_id": id, "error": "not found"}`.
        """
        neighbours = self.neighbours(artifact_id, exact=exact) if artifact_id else None
        if neighbours is None:
            return {"artifact_id": artifact_id, "error": "not found"}
        return {
            "artifact": neighbours.artifact.to_dict(),
            "parents": [entry.to_dict() for entry in neighbours.parents],
            "children": [entry.to_dict() for entry in neighbours.children],
        }

    def neighbours(self, artifact_id: str, *, exact: bool = False) -> Neighbours | None:
        """Return an artifact's direct parents and children, unregistered and deleted ones too; `None` if unknown."""

        def read(own_id: str) -> Neighbours:
            neighbours = self._neighbours(own_id)
            if neighbours is None:
                raise unknown_artifact(own_id)
            return neighbours

        try:
            return self._for_reference(exactly(artifact_id, exact), read)
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
        until: str = "",
        column: str = "",
        exact: bool = False,
    ) -> Lineage:
        """Return everything that the artifact was made from, at any depth, nearest first; see `lineage`.

        With `column`, return only what that column was made from, by the column lineage of events; `column_names` of
        the answer has the columns. Raises `InvalidInput` if no column lineage of it is known.
        """
        return self.lineage(
            artifact_id,
            "upstream",
            depth=depth,
            limit=limit,
            where=where,
            as_of=as_of,
            without=without,
            until=until,
            column=column,
            exact=exact,
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
        until: str = "",
        exact: bool = False,
    ) -> Lineage:
        """Return everything that was made from the artifact, at any depth, nearest first; see `lineage`."""
        return self.lineage(
            artifact_id,
            "downstream",
            depth=depth,
            limit=limit,
            where=where,
            as_of=as_of,
            without=without,
            until=until,
            exact=exact,
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
        until: str = "",
        column: str = "",
        exact: bool = False,
    ) -> Lineage:
        """Return the closure of an artifact: its nearest `limit` nodes that are at most `depth` edges away.

        `where`, a text of the query language, selects the nodes to list and count; the traversal passes through the
        others. `as_of`, a `datetime` or a text in ISO-8601, asks for the lineage as it was recorded then. `without`
        names artifacts that the traversal treats as missing. `until`, also a text of the query language, selects the
        ends of the traversal: they belong to the answer, and what lies behind them only if another way leads there.
        The artifact itself is no end. `column` is that of `upstream`. With `depth=0`, nothing is listed. With `exact`,
        `artifact_id` and `without` are ids, never references. `limit=None` reads all nodes, in pages of 250,000.
        Raises `NotFound`, `InvalidInput`, `InvalidQuery`.
        """
        checks.checked_id(artifact_id)
        size = None if limit is None else checks.checked_limit(limit)
        traversal = Traversal(
            direction=checked_direction(direction),
            depth=None if depth is None else checks.checked_depth(depth),
            cursor=cursor,
            where=checks.checked_query(where, "where"),
            as_of=self._instant(as_of),
            without=self._ids_of(all_exactly(checked_without(without), exact)),
            until=checks.checked_query(until, "until"),
            column=checks.checked_query(column, "column"),
        )
        if traversal.column and not traversal.is_plain:
            raise InvalidInput(
                "column cannot be combined with downstream, where, as_of, without, until or a cursor", field="column"
            )
        return self._for_reference(exactly(artifact_id, exact), lambda own_id: self._whole(own_id, traversal, size))

    def _whole(self, artifact_id: str, traversal: Traversal, limit: int | None) -> Lineage:
        """Return the first `limit` nodes of a closure, or all of them, over as many pages as it takes."""

        own_id = artifact_id

        def read(size: int, cursor: str | None) -> Lineage:
            nonlocal own_id
            page = self._traverse(own_id, replace(traversal, limit=size, cursor=cursor or traversal.cursor))
            # A name may stand for another artifact by the time of the next page.
            own_id = ExactId(page.root.artifact_id)
            return page

        return Lineage.joined(pages(read, limit, MAX_NODES, lambda page: len(page.columns)))

    def _instant(self, as_of: Instant | None) -> int | None:
        """Return an instant in microseconds since 1970. Raises `InvalidInput`."""
        return None if as_of is None else microseconds(checked_instant(as_of, "as_of"))


def checked_without(artifact_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the artifacts to leave out, ids or references, each once. Raises `InvalidInput`, `LimitExceeded`."""
    ids = checks.checked_texts(artifact_ids, "without")
    if len(ids) > MAX_WITHOUT:
        raise LimitExceeded(f"{len(ids)} artifacts to leave out; at most {MAX_WITHOUT} are taken", field="without")
    return tuple(dict.fromkeys(checks.checked_id(artifact_id, "without") for artifact_id in ids))
