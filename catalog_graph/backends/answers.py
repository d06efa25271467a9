"""Answers that follow from lineage, as every backend gives them: a method for each question."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar, overload

from catalog_graph import checks
from catalog_graph.backends.lineage import LineageInterface, checked_without
from catalog_graph.backends.references import all_exactly, exactly
from catalog_graph.checks import MAX_NODES
from catalog_graph.errors import InvalidInput, LimitExceeded
from catalog_graph.instants import Instant

if TYPE_CHECKING:
    from catalog_graph.answers.base import Answer
    from catalog_graph.answers.choke_points import ChokePoints
    from catalog_graph.answers.difference import Difference
    from catalog_graph.answers.erasure import Erasure
    from catalog_graph.answers.impact import Impact
    from catalog_graph.answers.neighbourhood import Neighbourhood
    from catalog_graph.answers.paths import Paths
    from catalog_graph.answers.question import Question
    from catalog_graph.answers.stale import Stale, StaleArtifacts
    from catalog_graph.answers.unreachable import Unreachable
    from catalog_graph.answers.walk import Walk
    from catalog_graph.answers.what_if import WhatIf

MAX_TAG_KEYS = 20
"""Maximum number of tag keys that a request can count by."""
MAX_PATHS = 1000
"""Maximum number of paths in an answer."""
MAX_HOPS = 20
"""Maximum number of edges in a neighbourhood."""
PRODUCTION = "stage:production OR alias:*"
"""Query for the artifacts in production, unless a request has its own."""

A = TypeVar("A", bound="Answer")


class AnswerInterface(LineageInterface, ABC):
    """Impact, paths, differences, choke points, what-if, and what is stale.

    Each method takes references too; with `exact`, every text is an id and nothing else.
    """

    @abstractmethod
    def _answer(self, question: Question[A]) -> A:
        """Return the answer to a question, over the queries of a store or by one request to a service."""

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
        """Count what is registered downstream of an artifact, list the nearest `limit`, and show what is in production.

        `where` selects what is counted and listed; `as_of`, `without` and `until` are those of `lineage`. Counts are by
        type, pipeline, depth and each of `tag_keys`. `production` is a query; the nearest `paths` artifacts that match
        it are shown with a shortest path each; an empty query skips this part. With `copies`, other artifacts with the
        same content hash are listed, and what derives from those alone; no count has them. Artifacts that are not
        registered are counted in `gone` alone. Raises as `lineage` does.
        """
        from catalog_graph.answers.impact import ImpactQuestion

        question = ImpactQuestion(
            exactly(checks.checked_id(artifact_id), exact),
            where=checks.checked_query(where, "where"),
            limit=None if limit is None else checks.checked_limit(limit),
            tag_keys=checked_tag_keys(tag_keys),
            production=checks.checked_query(production, "production"),
            paths=checks.checked_limit(paths, "paths"),
            copies=copies,
            as_of=self._instant(as_of),
            without=self._ids_of(all_exactly(checked_without(without), exact)),
            until=checks.checked_query(until, "until"),
        )
        return self._answer(question)

    def paths(self, source: str, target: str, *, limit: int = 10, count: bool = True, exact: bool = False) -> Paths:
        """Return the paths from `source` down to `target`, the shortest first, and their exact number.

        There may be none. Without `count`, the answer is one of the shortest, which is much faster than to read the
        whole ancestry. Raises `NotFound` if either is unknown.
        """
        from catalog_graph.answers.paths import PathsQuestion

        size = min(checks.checked_limit(limit), MAX_PATHS)
        ends = exactly(checks.checked_id(source), exact), exactly(checks.checked_id(target, "target"), exact)
        return self._answer(PathsQuestion(*ends, size, count))

    def diff(self, left: str, right: str, *, limit: int = 1000, exact: bool = False) -> Difference:
        """Compare the ancestries of two artifacts; each list of the answer has the nearest `limit`.

        Artifacts are the same by id; different ones are paired by content hash, then by name and type. Raises
        `NotFound`.
        """
        from catalog_graph.answers.difference import DiffQuestion

        size = min(checks.checked_limit(limit), MAX_NODES)
        both = exactly(checks.checked_id(left), exact), exactly(checks.checked_id(right, "right"), exact)
        return self._answer(DiffQuestion(*both, size))

    def choke_points(self, artifact_id: str, *, exact: bool = False) -> ChokePoints:
        """Return the artifacts that every path from a source to this one passes, nearest first. Raises `NotFound`."""
        from catalog_graph.answers.choke_points import ChokePointsQuestion

        return self._answer(ChokePointsQuestion(exactly(checks.checked_id(artifact_id), exact)))

    def what_if(self, artifact_id: str, without: Iterable[str], *, limit: int = 1000, exact: bool = False) -> WhatIf:
        """Return what would be cut off from the artifact, or left without any source, if those `without` were missing.

        Each list of the answer has the nearest `limit`. Raises `NotFound` if any of them is unknown.
        """
        from catalog_graph.answers.what_if import WhatIfQuestion

        size = min(checks.checked_limit(limit), MAX_NODES)
        missing = all_exactly(checked_without(without), exact)
        if not missing:
            raise InvalidInput("without is empty: name at least one artifact to leave out", field="without")
        return self._answer(WhatIfQuestion(exactly(checks.checked_id(artifact_id), exact), missing, size))

    def erasure(self, artifact_id: str, *, limit: int = 1000, exact: bool = False) -> Erasure:
        """Return what must go with an artifact: what derives from it, copies by content, aliases, approvals, seals.

        Items are those that are left in the catalog, and those of the worklist that `open_erasure` keeps. The first
        `limit` are listed, open ones first. Nothing is written. Raises `NotFound`.
        """
        from catalog_graph.answers.erasure import ErasureQuestion

        size = min(checks.checked_limit(limit), MAX_NODES)
        return self._answer(ErasureQuestion(exactly(checks.checked_id(artifact_id), exact), size))

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

        The answer also has the least to make again, in order. Edges between two versions of one name do not count.
        Without `artifact_id`, return which of the artifacts that match `where` are stale, each with its nearest
        outdated input; by default of those in production. Each list of the answer has the first `limit`. Raises
        `NotFound`, `InvalidQuery`.
        """
        from catalog_graph.answers.stale import StaleArtifactsQuestion, StaleQuestion

        size = min(checks.checked_limit(limit), MAX_NODES)
        if artifact_id is None:
            query = PRODUCTION if where is None else checks.checked_query(where, "where")
            return self._answer(StaleArtifactsQuestion("", query, size))
        if where is not None:
            raise InvalidInput("give either an artifact or where, a query for artifacts, not both", field="where")
        return self._answer(StaleQuestion(exactly(checks.checked_id(artifact_id), exact), size))

    def walk(self, select: str, *, exclude: str = "", limit: int = 1000, exact: bool = False) -> Walk:
        """Return the artifacts that selectors choose, as dbt has them, and that those of `exclude` do not.

        A selector is a reference, or a query in quotes. `+x` adds everything upstream, `x+` everything downstream, both
        with a maximum number of edges: `2+x+1`. `@x` adds everything downstream, and all that this was made from. A
        blank joins selectors, a comma keeps what both sides choose. The first `limit` are listed, the oldest first.
        Raises `NotFound` for a reference that stands for nothing, and `InvalidQuery`.
        """
        from catalog_graph.answers.walk import WalkQuestion
        from catalog_graph.query.selectors import read_selection

        if not read_selection(checks.checked_query(select, "select")):
            raise InvalidInput("select is empty: write a reference, or a query in quotes", field="select")
        read_selection(checks.checked_query(exclude, "exclude"), "exclude")
        size = min(checks.checked_limit(limit), MAX_NODES)
        return self._answer(WalkQuestion("", select, exclude, size, exact))

    def neighbourhood(
        self, artifact_id: str, *, hops: int = 2, limit: int = 1000, exact: bool = False
    ) -> Neighbourhood:
        """Return what at most `hops` edges, from 0 to 20, each in either direction, connect to the artifact.

        The nearest `limit` are listed. Raises `NotFound`.
        """
        from catalog_graph.answers.neighbourhood import NeighbourhoodQuestion

        distance = checks.checked_depth(hops, "hops")
        if distance > MAX_HOPS:
            raise LimitExceeded(f"hops {hops!r} is more than {MAX_HOPS}", field="hops")
        size = min(checks.checked_limit(limit), MAX_NODES)
        return self._answer(NeighbourhoodQuestion(exactly(checks.checked_id(artifact_id), exact), distance, size))

    def unreachable(self, from_: str = PRODUCTION, *, older_than: str = "90d", limit: int = 1000) -> Unreachable:
        """Return the registered artifacts that nothing in use was made from; nothing is deleted.

        In use is what matches the query `from_`, and what is not `older_than` an age such as `90d`, or a date. The
        first `limit` are listed, the newest first. `delete_unreachable` deletes them. Raises `InvalidInput`,
        `InvalidQuery`.
        """
        from catalog_graph.answers.unreachable import UnreachableQuestion

        query = checks.checked_query(from_, "from")
        age = checks.checked_query(older_than, "older_than")
        _check_in_use(query, age)
        return self._answer(UnreachableQuestion("", query, age, min(checks.checked_limit(limit), MAX_NODES)))


def _check_in_use(query: str, older_than: str) -> None:
    """Raise `InvalidInput` unless a query and an age say what is in use."""
    from catalog_graph.query.language import parse
    from catalog_graph.query.periods import period

    if not query.strip():
        raise InvalidInput("from is empty: write a query for what is in use, such as alias:*", field="from")
    parse(query)
    if period(older_than, datetime.now(UTC)) is None:
        raise InvalidInput(
            f"older_than {older_than[:40]!r} is neither an age such as 90d nor a date such as 2026-01-31",
            field="older_than",
        )


def checked_tag_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the tag keys to count by, each once. Raises `InvalidInput`, `LimitExceeded`."""
    unique = tuple(dict.fromkeys(checks.checked_texts(keys, "tag_keys")))
    if len(unique) > MAX_TAG_KEYS:
        raise LimitExceeded(f"{len(unique)} tag keys to count by; at most {MAX_TAG_KEYS} are taken", field="tag_keys")
    return unique
