"""The questions about lineage that every backend answers: over a few primitives, by the same code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from catalog_graph import checks
from catalog_graph.answers.facts import Counts, Details
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import LimitExceeded
from catalog_graph.instants import Zone, microseconds, normalised
from catalog_graph.lineage import Direction, Lineage, Traversal, checked_direction

MAX_NODES = 250_000
"""Nodes in one answer of a lineage question; a longer one is read on at its cursor."""
MAX_WITHOUT = 100
"""Artifacts that one question can leave out."""
MAX_TAG_KEYS = 20
"""Tag keys that one question can count by."""
PRODUCTION = "stage:production"
"""What is taken to be in production, unless a question says otherwise."""


class LineageAnswers(ABC):
    """What was made from what, and what follows from that."""

    naive_zone: ClassVar[Zone] = "utc"
    """How this backend reads an instant without an offset."""

    # ---- what a backend is made of

    @abstractmethod
    def _traverse(self, artifact_id: str, asked: Traversal) -> Lineage:
        """A page of the closure, by depth and id; raises `NotFound` if there is no such artifact at all."""

    def _count(self, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
        """What is downstream, at any depth, counted by type, pipeline, depth and tag; raises `NotFound`.

        This one and `_details` are for backends that work answers out; a client asks its service for whole ones.
        """
        raise NotImplementedError

    def _details(self, artifact_ids: Sequence[str]) -> dict[str, Details]:
        """Details of those of these artifacts that are known, in any state, by id."""
        raise NotImplementedError

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
        as_of: str | None = None,
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
        as_of: str | None = None,
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
        as_of: str | None = None,
        without: Iterable[str] = (),
    ) -> Lineage:
        """The closure of an artifact, at most `depth` edges away, the nearest `limit` nodes of it.

        `where`, a text of the query language, chooses what is listed and counted; the walk passes through the
        rest. `as_of`, an ISO-8601 instant, asks for the lineage as it was recorded then. `without` names
        artifacts that the walk does not enter, as if they were not there. `limit=None` reads all, page after
        page of 250,000 nodes. Raises `NotFound`, `InvalidInput`, `InvalidQuery`.
        """
        checks.checked_id(artifact_id)
        wanted = None if limit is None else checks.checked_limit(limit)
        asked = Traversal(
            direction=checked_direction(direction),
            depth=None if depth is None else checks.checked_limit(depth, "depth"),
            limit=min(wanted or MAX_NODES, MAX_NODES),
            cursor=cursor,
            where=checks.checked_query(where),
            as_of=self._instant(as_of),
            without=_checked_without(without),
        )
        page = answer = self._traverse(artifact_id, asked)
        while page.cursor and (wanted is None or len(answer.columns) < wanted):
            rest = MAX_NODES if wanted is None else min(wanted - len(answer.columns), MAX_NODES)
            page = self._traverse(artifact_id, replace(asked, limit=rest, cursor=page.cursor))
            answer.extend(page)
        return answer

    def _instant(self, as_of: str | None) -> int | None:
        return microseconds(normalised(as_of, self.naive_zone, "as_of")) if as_of else None


def _checked_without(artifact_ids: Iterable[str]) -> tuple[str, ...]:
    ids = [artifact_ids] if isinstance(artifact_ids, str) else list(artifact_ids)
    if len(ids) > MAX_WITHOUT:
        raise LimitExceeded(f"{len(ids)} artifacts to leave out; at most {MAX_WITHOUT} are taken", field="without")
    return tuple(dict.fromkeys(checks.checked_id(artifact_id, "without") for artifact_id in ids))


def checked_tag_keys(keys: Iterable[str]) -> list[str]:
    """Tag keys to count by, each once."""
    given = [keys] if isinstance(keys, str) else list(dict.fromkeys(keys))
    if len(given) > MAX_TAG_KEYS:
        raise LimitExceeded(f"{len(given)} tag keys to count by; at most {MAX_TAG_KEYS} are taken", field="tags")
    return given


def checked_refs(value: Mapping[str, str]) -> None:
    """Raises `InvalidInput` where one of these ids, by the name of its argument, can be no artifact's."""
    for name, artifact_id in value.items():
        checks.checked_id(artifact_id, name)
