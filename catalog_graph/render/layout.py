"""Where the boxes and edges of a picture go; graphlay lays them out in layers, each parent before its children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog_graph.render.frames import needed

WIDTH = 900
"""Pixels that a notebook's cell has; a picture that fits runs from top to bottom, a wider one as is narrower."""
_OPTIONS = {"routing": {"style": "diagonal"}, "spacing": {"layer_gap": 48.0, "node_gap": 20.0, "dummy_gap": 18.0}}

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """A drawing that begins at (0, 0); y grows downwards. All in pixels."""

    width: float
    height: float
    centres: list[Point]
    """Of each box."""
    lines: list[list[Point]]
    """Of each edge: from the middle of a side of one box to that of the other, by way of its bends."""
    downwards: bool
    """Whether layers follow each other from top to bottom; else from left to right."""


def laid_out(boxes: int, width: float, height: float, edges: Sequence[tuple[int, int]]) -> Layout:
    """So many boxes of one size, with edges between them by position.

    Raises `ConfigurationError` where graphlay is not installed.
    """
    graphlay = needed("graphlay", "'catalog-graph[notebook]'")
    graph = graphlay.Graph()
    for _ in range(boxes):
        graph.node(width=width, height=height)
    for start, end in edges:
        graph.edge(start, end)
    down = _read(graphlay.layout(graph, options={**_OPTIONS, "direction": "topbottom"}), edges, downwards=True)
    if down.width <= WIDTH:
        return down
    across = _read(graphlay.layout(graph, options={**_OPTIONS, "direction": "leftright"}), edges, downwards=False)
    return min(down, across, key=lambda layout: layout.width)


def _read(found: Any, edges: Sequence[tuple[int, int]], *, downwards: bool) -> Layout:
    least, most = found.bounds["min"], found.bounds["max"]

    def point(at: dict[str, float]) -> Point:
        return at["x"] - least["x"], at["y"] - least["y"]

    centres = [point(node["center"]) for node in found.nodes]
    lines = [[point(at) for at in edge["points"]] for edge in found.edges]
    for line, (start, end) in zip(lines, edges, strict=True):
        if start != end:
            line[0] = _middle(line[0], centres[start], downwards=downwards)
            line[-1] = _middle(line[-1], centres[end], downwards=downwards)
    return Layout(most["x"] - least["x"], most["y"] - least["y"], centres, lines, downwards)


def _middle(port: Point, centre: Point, *, downwards: bool) -> Point:
    """The middle of the side on which an edge meets its box: edges of a box come together there."""
    return (centre[0], port[1]) if downwards else (port[0], centre[1])
