"""Layout of a picture: graphlay places the boxes in layers, each parent before its children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog_graph.render.frames import optional_library

WIDTH = 900
"""Width of a notebook's cell in pixels. A picture that fits runs downwards; else the narrower direction is chosen."""
_OPTIONS = {"routing": {"style": "diagonal"}, "spacing": {"layer_gap": 48.0, "node_gap": 20.0, "dummy_gap": 18.0}}

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
    """Points of each edge, from the middle of a side of one box to that of the other."""
    downwards: bool
    """True if the layers follow each other from top to bottom, False if from left to right."""


def layout(boxes: int, width: float, height: float, edges: Sequence[tuple[int, int]]) -> Layout:
    """Lay out boxes of one size, with edges between their positions.

    Raises `ConfigurationError` if graphlay is not installed.
    """
    sizes = [(width, height)] * boxes
    down = _layout(draw(sizes, edges, {**_OPTIONS, "direction": "topbottom"}), edges, downwards=True)
    if down.width <= WIDTH:
        return down
    across = _layout(draw(sizes, edges, {**_OPTIONS, "direction": "leftright"}), edges, downwards=False)
    return min(down, across, key=lambda each: each.width)


class Drawing(NamedTuple):
    """A drawing by graphlay in pixels from (0, 0): its size, the centres of boxes, the points of edges."""

    width: float
    height: float
    centres: list[Point]
    lines: list[list[Point]]


def draw(sizes: Sequence[Size], edges: Sequence[tuple[int, int]], options: Mapping[str, Any]) -> Drawing:
    """Let graphlay place boxes and their edges. Raises `ConfigurationError` if it is not installed."""
    graphlay = optional_library("graphlay", "'catalog-graph[notebook]'")
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


def _layout(drawing: Drawing, edges: Sequence[tuple[int, int]], *, downwards: bool) -> Layout:
    width, height, centres, lines = drawing
    for line, (start, end) in zip(lines, edges, strict=True):
        if start != end:
            line[0] = _middle(line[0], centres[start], downwards=downwards)
            line[-1] = _middle(line[-1], centres[end], downwards=downwards)
    return Layout(width, height, centres, lines, downwards)


def _middle(port: Point, centre: Point, *, downwards: bool) -> Point:
    """Return the middle of the side at which an edge meets its box, where all edges of that side meet."""
    return (centre[0], port[1]) if downwards else (port[0], centre[1])
