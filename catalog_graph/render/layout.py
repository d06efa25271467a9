"""Layout of a picture: graphlay places the boxes in layers, each parent before its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog_graph.render.frames import optional_library

WIDTH = 900
"""Width of a notebook's cell in pixels. A picture that fits runs downwards; else the narrower direction is chosen."""
_OPTIONS = {"routing": {"style": "diagonal"}, "spacing": {"layer_gap": 48.0, "node_gap": 20.0, "dummy_gap": 18.0}}
_INSET = 9.0
"""Pixels at either end of a side that no edge touches."""
_FURTHEST = 22.0
"""Maximum pixels between the ends of two edges that are next to each other."""

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Positions of boxes and edges in pixels, from (0, 0); y grows downwards."""

    width: float
    height: float
    centres: list[Point]
    """Centre of each box."""
    lines: list[list[Point]]
    """Points of each edge, from a side of one box to a side of the other."""
    downwards: bool
    """True if the layers follow each other from top to bottom, False if from left to right."""


def layout(boxes: int, width: float, height: float, edges: Sequence[tuple[int, int]]) -> Layout:
    """Lay out boxes of one size, with edges between their positions.

    Raises `ConfigurationError` if graphlay is not installed.
    """
    sizes = [(width, height)] * boxes
    down = _layout(draw(sizes, edges, {**_OPTIONS, "direction": "topbottom"}), edges, (width, height), downwards=True)
    if down.width <= WIDTH:
        return down
    across = _layout(
        draw(sizes, edges, {**_OPTIONS, "direction": "leftright"}), edges, (width, height), downwards=False
    )
    return min(down, across, key=lambda each: each.width)


class Drawing(NamedTuple):
    """A drawing by graphlay in pixels from (0, 0): its size, the centres of boxes, the points of edges."""

    width: float
    height: float
    centres: list[Point]
    lines: list[list[Point]]


def draw(sizes: Sequence[Size], edges: Sequence[tuple[int, int]], options: Mapping[str, Any]) -> Drawing:
    """Let graphlay place boxes and their edges. Raises `ConfigurationError` if it is not installed."""
    graphlay = optional_library("graphlay", "notebook")
    graph = graphlay.Graph()
    for width, height in sizes:
        graph.node(width=width, height=height)
    for start, end in edges:
        graph.edge(start, end)
    drawing = graphlay.layout(graph, options=dict(options))
    low, high = drawing.bounds["min"], drawing.bounds["max"]

    def point(at: dict[str, float]) -> Point:
        return at["x"] - low["x"], at["y"] - low["y"]

    centres = [point(node["center"]) for node in drawing.nodes]
    lines = [[point(at) for at in edge["points"]] for edge in drawing.edges]
    return Drawing(high["x"] - low["x"], high["y"] - low["y"], centres, lines)


def spread(
    lines: Sequence[list[Point]],
    edges: Sequence[tuple[int, int]],
    centres: Sequence[Point],
    side: float,
    *,
    downwards: bool,
) -> None:
    """Move the ends of edges apart along the side of their box, `side` pixels long, in the order of their arrival."""
    along = 0 if downwards else 1
    ends: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, (start, end) in enumerate(edges):
        if start != end:
            ends[start, True].append(number)
            ends[end, False].append(number)
    span = side - 2 * _INSET
    for (box, leaving), numbers in ends.items():
        at, bend = (0, 1) if leaving else (-1, -2)
        numbers.sort(key=lambda number: lines[number][bend][along])
        step = min(span / (len(numbers) + 1), _FURTHEST)
        for place, number in enumerate(numbers):
            position = centres[box][along] + step * (place - (len(numbers) - 1) / 2)
            x, y = lines[number][at]
            lines[number][at] = (position, y) if downwards else (x, position)


def _layout(drawing: Drawing, edges: Sequence[tuple[int, int]], size: Size, *, downwards: bool) -> Layout:
    width, height, centres, lines = drawing
    spread(lines, edges, centres, size[0] if downwards else size[1], downwards=downwards)
    return Layout(width, height, centres, lines, downwards)
