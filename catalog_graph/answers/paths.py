"""Paths from one artifact down to another: the shortest first, and their exact number."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from catalog_graph.answers.base import JSON_TYPE, DrawnAnswer
from catalog_graph.answers.graph import LineageGraph, topological_order
from catalog_graph.answers.question import LineageReader, Question
from catalog_graph.forms import Section
from catalog_graph.lineage import Card, Lineage

if TYPE_CHECKING:
    from catalog_graph.answers.drawing import Drawing

_DIGITS = 4000
"""Digits that are converted at once; Python converts at most 4,300."""


@dataclass(frozen=True)
class Paths(DrawnAnswer):
    """The paths from `source` down to `target`, the shortest first.

    Each path is a list of cards with both ends; the `depth` of a card is its distance from the target.
    """

    derived = ("complete", "cyclic")

    source: Card
    target: Card
    count: int | None = field(metadata={JSON_TYPE: str | None})
    """Exact number of paths, listed or not; `None` if a cycle makes them endless, or if they were not counted."""
    paths: list[list[Card]]
    """The shortest first; paths of the same length are ordered by what they pass, nearest to the target first."""
    counted: bool = True
    """False if only one of the shortest paths was looked for; it is listed, or there is no path at all."""

    @property
    def digits(self) -> str | None:
        """The count in decimal digits; unlike `str`, without a maximum."""
        return None if self.count is None else decimal(self.count)

    @property
    def complete(self) -> bool:
        """True if all paths are listed."""
        return self.count == len(self.paths) if self.counted else not self.paths

    @property
    def cyclic(self) -> bool:
        """True if there is a cycle between the two artifacts; then one shortest path is listed."""
        return self.counted and self.count is None

    def text(self) -> str:
        """Return the number of paths, and the paths that are listed, as lines of text."""
        from catalog_graph.render.impact import arrows, described

        ends = f"from {described(self.source)} to {described(self.target)}"
        paths = [f"  {arrows(path)}" for path in self.paths]
        if not self.counted:
            return "\n".join([f"One of the shortest paths {ends}:", *paths] if paths else [f"No path {ends}"])
        digits = self.digits
        if digits is None:
            return "\n".join([f"A cycle lies between, so that paths {ends} have no end; one of the shortest:", *paths])
        number = f"{int(digits):,}" if len(digits) < 20 else f"{digits[0]}.{digits[1:4]}e{len(digits) - 1}"
        lines = [f"{number} {'path' if digits == '1' else 'paths'} {ends}", *paths]
        return "\n".join(lines if self.complete else [*lines, f"  … the shortest {len(paths):,} are shown"])

    def _drawing(self) -> Drawing:
        from catalog_graph.answers.drawing import Drawing

        edges = [(child.artifact_id, parent.artifact_id) for path in self.paths for parent, child in pairwise(path)]
        cards = [self.target, *(card for path in self.paths for card in reversed(path)), self.source]
        notes = [] if self.paths and self.complete else [self._headline()]
        return Drawing(self._headline(), cards, list(dict.fromkeys(edges)), notes=notes)

    def _sections(self) -> list[Section]:
        from catalog_graph.render.impact import paths_section

        notes = [] if self.complete else [f"… the shortest {len(self.paths):,} are shown"]
        return [paths_section(self.paths, "", notes if self.paths and self.digits else [])]

    def to_dict(self, *, compact: bool = False) -> dict[str, Any]:
        """Return JSON types; `count` is text, because it may exceed what JSON readers can hold."""
        return super().to_dict(compact=compact) | {"count": self.digits}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the object that `to_dict` converted."""
        digits = data["count"]
        return super().from_dict({**data, "count": None if digits is None else from_decimal(digits)})


@dataclass(frozen=True)
class PathsQuestion(Question[Paths]):
    """The question for the paths from one artifact down to another."""

    path = "paths"
    answer_type = Paths
    target: str
    limit: int
    count: bool

    def answer(self, reader: LineageReader) -> Paths:
        """Read the whole ancestry of the target, or search for one shortest path if they are not to be counted."""
        source = reader.downstream(self.artifact_id, depth=1, limit=1).root
        if self.count:
            return paths(reader.upstream(self.target, limit=None), source, self.limit)
        target = reader.upstream(self.target, depth=1, limit=1).root
        path = reader.shortest_path(source.artifact_id, target.artifact_id)[::-1]
        return Paths(path[0] if path else source, target, None, [path] if path else [], counted=False)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the request."""
        return {"target": self.target, "limit": self.limit, "count": self.count}


def paths(upstream: Lineage, source: Card, limit: int) -> Paths:
    """Return the paths from `source` to the root of a whole upstream lineage; from a root to itself there are none."""
    graph = LineageGraph(upstream)
    start = graph.position.get(source.artifact_id, 0)
    if start == 0:
        return Paths(source, upstream.root, 0, [])
    between = graph.reached_from([start], graph.children, set())
    order = topological_order(graph.directed(within=between))
    if order is None:
        return Paths(graph.card(start), upstream.root, None, [graph.cards(shortest(graph, start))])
    nearest = [graph.cards(path) for path in shortest_first(graph, start, between, limit)]
    return Paths(graph.card(start), upstream.root, _count(graph, order, start, between), nearest)


def shortest(graph: LineageGraph, end: int, ends: Container[int] = ()) -> list[int]:
    """Return a shortest path from `end` to the root, past none of the `ends` of the lineage.

    Of several, it is the one with the smallest positions.
    """
    depth = [0, *graph.lineage.columns.depth]
    nearer = graph.children if graph.lineage.direction == "upstream" else graph.parents
    path = [end]
    while path[-1] != 0:
        path.append(min(n for n in nearer[path[-1]] if depth[n] == depth[path[-1]] - 1 and n not in ends))
    return path


def shortest_first(graph: LineageGraph, start: int, between: set[int], limit: int) -> list[list[int]]:
    """Return the first `limit` paths from `start` to the root; `between`, the nodes on them, has no cycle.

    Paths are extended from the root upwards, always the one whose completion is shortest. The distance of each node to
    `start` is known, so that each extension belongs to a path of the result.
    """
    distance = _distances(graph.children, start, between)
    partial: list[tuple[int, tuple[int, ...]]] = [(distance[0], (0,))]
    complete: list[list[int]] = []
    while partial and len(complete) < limit:
        path = heapq.heappop(partial)[1]
        if path[-1] == start:
            complete.append(list(reversed(path)))
            continue
        for parent in graph.parents[path[-1]]:
            if parent in between:
                heapq.heappush(partial, (len(path) + distance[parent], (*path, parent)))
    return complete


def _distances(neighbours: list[list[int]], start: int, within: set[int]) -> dict[int, int]:
    distance = {start: 0}
    left = deque([start])
    while left:
        node = left.popleft()
        for other in neighbours[node]:
            if other in within and other not in distance:
                distance[other] = distance[node] + 1
                left.append(other)
    return distance


def _count(graph: LineageGraph, order: list[int], start: int, between: set[int]) -> int:
    """Return the number of paths from `start` to the root; numbers are dropped after use, since they may be huge."""
    numbers = {start: 1}
    for node in order:
        here = numbers.pop(node, 0) if node != 0 else 0
        for child in graph.children[node] if here else ():
            if child in between:
                numbers[child] = numbers.get(child, 0) + here
    return numbers.get(0, 0)


def decimal(number: int) -> str:
    """Return a number of any size in decimal digits."""
    parts: list[str] = []
    while number >= 10**_DIGITS:
        number, rest = divmod(number, 10**_DIGITS)
        parts.append(str(rest).zfill(_DIGITS))
    return "".join([str(number), *reversed(parts)])


def from_decimal(text: str) -> int:
    """Return the number that `decimal` converted."""
    number = 0
    for start in range(0, len(text), _DIGITS):
        part = text[start : start + _DIGITS]
        number = number * 10 ** len(part) + int(part)
    return number
