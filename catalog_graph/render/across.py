"""The layout of the page's picture: parents on the left, edges that spread along the sides of their boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from catalog_graph.render.layout import Point, draw

_OPTIONS = {
    "direction": "leftright",
    "routing": {"style": "diagonal"},
    "spacing": {"layer_gap": 84.0, "node_gap": 26.0, "dummy_gap": 20.0},
}
_ARROW = 7.0
"""Pixels between the end of a curve and the box that it leads to."""
_INSET = 9.0
"""Pixels at either end of a side that no edge touches."""


@dataclass(frozen=True)
class AcrossLayout:
    """Centres of boxes and polylines of edges, in pixels from (0, 0); y grows downwards."""

    width: float
    height: float
    centres: list[Point]
    lines: list[list[Point]]

    def paths(self) -> list[str]:
        """Return each edge as the path of an SVG element: smooth curves through its bends."""
        return [_path(line) for line in self.lines]


def across(boxes: int, width: float, height: float, edges: Sequence[tuple[int, int]]) -> AcrossLayout:
    """Lay out boxes of one size, and edges between them by position, from left to right.

    Raises `ConfigurationError` where graphlay is not installed.
    """
    drawing = draw(boxes, width, height, edges, _OPTIONS)
    _spread(drawing.lines, edges, drawing.centres, height)
    return AcrossLayout(*drawing)


def _spread(
    lines: list[list[Point]], edges: Sequence[tuple[int, int]], centres: Sequence[Point], height: float
) -> None:
    """Move the ends of edges apart along the side of their box, in the order in which they arrive."""
    ends: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, (start, end) in enumerate(edges):
        if start != end:
            ends[start, True].append(number)
            ends[end, False].append(number)
    for (box, leaving), numbers in ends.items():
        at, bend = (0, 1) if leaving else (-1, -2)
        numbers.sort(key=lambda number: lines[number][bend][1])
        span = height - 2 * _INSET
        for place, number in enumerate(numbers, 1):
            y = centres[box][1] - span / 2 + span * place / (len(numbers) + 1)
            lines[number][at] = (lines[number][at][0], y)


def _path(line: Sequence[Point]) -> str:
    (x, y), *rest = line
    parts = [f"M{x:.1f},{y:.1f}"]
    for place, (to_x, to_y) in enumerate(rest, 1):
        if place == len(rest):
            to_x -= _ARROW if to_x > x else -_ARROW
        half = (x + to_x) / 2
        parts.append(f"C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}")
        x, y = to_x, to_y
    return "".join(parts)
