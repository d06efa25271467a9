"""How one artifact came from another: the ways between them, the shortest first, and how many there are."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass
from typing import Any

from catalog_graph.answers.graph import LineageGraph, topological_order
from catalog_graph.lineage import Card, Lineage

_DIGITS = 4000
"""Python turns texts of at most 4,300 digits into numbers and back in one go."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways from `source` down to `target`, each a list of cards, both ends included.

    The `depth` of a card is its distance from the target.
    """

    source: Card
    target: Card
    count: int | None
    """How many there are, exactly, however many are listed; `None` where a cycle makes them endless, or not counted."""
    paths: list[list[Card]]
    """The shortest first; of equally long ones, in the order of what they pass, nearest to the target first."""
    counted: bool = True
    """Whether all were looked for. If not, what is listed is one of the shortest, or none where there is none."""

    @property
    def digits(self) -> str | None:
        """The count in decimal digits, of which `str` writes at most 4,300."""
        return None if self.count is None else decimal(self.count)

    @property
    def complete(self) -> bool:
        """Whether all of them are listed."""
        return self.count == len(self.paths) if self.counted else not self.paths

    @property
    def cyclic(self) -> bool:
        """Whether there is a cycle between the two: then only one shortest way is listed."""
        return self.counted and self.count is None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the lines that the command writes."""
        from catalog_graph.render.answers import paths_text

        return {"text/plain": paths_text(self)}

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; `count` is text, since it may be past what readers of JSON can hold."""
        return {
            "source": self.source._asdict(),
            "target": self.target._asdict(),
            "count": self.digits,
            "paths": [[card._asdict() for card in path] for path in self.paths],
            "counted": self.counted,
            "complete": self.complete,
            "cyclic": self.cyclic,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Paths:
        """The inverse of `to_dict`."""
        count = None if data["count"] is None else from_decimal(data["count"])
        paths = [[Card(**card) for card in path] for path in data["paths"]]
        return cls(Card(**data["source"]), Card(**data["target"]), count, paths, data.get("counted", True))


def paths(upstream: Lineage, source: Card, limit: int) -> Paths:
    """The ways from `source` to the root of `upstream`, a whole lineage of it; of a root to itself there are none."""
    graph = LineageGraph(upstream)
    start = graph.position.get(source.artifact_id, 0)
    if start == 0:
        return Paths(source, upstream.root, 0, [])
    between = graph.reached_from([start], graph.children, set())
    order = topological_order(graph.directed(within=between))
    if order is None:
        return Paths(graph.card(start), upstream.root, None, [graph.cards(shortest(graph, start))])
    found = shortest_first(graph, start, between, limit)
    listed = [graph.cards(path) for path in found]
    return Paths(graph.card(start), upstream.root, _counted(graph, order, start, between), listed)


def shortest_alone(way: list[Card], source: Card, target: Card) -> Paths:
    """The answer that one of the shortest ways is, from the target (first) to the source; none where it is empty."""
    return Paths(way[-1] if way else source, target, None, [way[::-1]] if way else [], counted=False)


def shortest(graph: LineageGraph, end: int) -> list[int]:
    """One shortest way between `end` and the root, which comes last; among equals the nearest in the answer's order."""
    depth = [0, *graph.lineage.columns.depth]
    nearer = graph.children if graph.lineage.direction == "upstream" else graph.parents
    path = [end]
    while path[-1] != 0:
        path.append(min(n for n in nearer[path[-1]] if depth[n] == depth[path[-1]] - 1))
    return path


def shortest_first(graph: LineageGraph, start: int, between: set[int], limit: int) -> list[list[int]]:
    """The first `limit` ways from `start` to the root; `between` has no cycle, and all of it lies on some way.

    They are grown from the root upwards, always the one whose completion is shortest: every node leads to `start`,
    and how far it is from there is known, so that nothing is grown in vain.
    """
    distance = _distances(graph.children, start, between)
    grown: list[tuple[int, tuple[int, ...]]] = [(distance[0], (0,))]
    found: list[list[int]] = []
    while grown and len(found) < limit:
        path = heapq.heappop(grown)[1]
        if path[-1] == start:
            found.append(list(reversed(path)))
            continue
        for parent in graph.parents[path[-1]]:
            if parent in between:
                heapq.heappush(grown, (len(path) + distance[parent], (*path, parent)))
    return found


def _distances(following: list[list[int]], start: int, within: set[int]) -> dict[int, int]:
    distance = {start: 0}
    left = deque([start])
    while left:
        node = left.popleft()
        for other in following[node]:
            if other in within and other not in distance:
                distance[other] = distance[node] + 1
                left.append(other)
    return distance


def _counted(graph: LineageGraph, order: list[int], start: int, between: set[int]) -> int:
    """How many ways lead from `start` to the root; numbers that are done with are let go, for they may be huge."""
    ways = {start: 1}
    for node in order:
        here = ways.pop(node, 0) if node != 0 else 0
        for child in graph.children[node] if here else ():
            if child in between:
                ways[child] = ways.get(child, 0) + here
    return ways.get(0, 0)


def decimal(number: int) -> str:
    """`number`, of any size, in decimal digits."""
    parts: list[str] = []
    while number >= 10**_DIGITS:
        number, rest = divmod(number, 10**_DIGITS)
        parts.append(str(rest).zfill(_DIGITS))
    return "".join([str(number), *reversed(parts)])


def from_decimal(text: str) -> int:
    """The inverse of `decimal`."""
    number = 0
    for start in range(0, len(text), _DIGITS):
        part = text[start : start + _DIGITS]
        number = number * 10 ** len(part) + int(part)
    return number
