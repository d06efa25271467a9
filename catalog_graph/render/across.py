"""The layout of the page's picture: parents on the left, edges that spread along the sides of their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog_graph.render.fans import Fan, fans, unfold
from catalog_graph.render.layout import Drawing, Point, draw, spread

_OPTIONS = {
    "direction": "leftright",
    "routing": {"style": "diagonal"},
    "spacing": {"layer_gap": 84.0, "node_gap": 26.0, "dummy_gap": 20.0},
    # 300 boxes take a quarter of the time that the default of 30,000 takes, with hardly more crossings.
    "tuning": {"order": {"kick_rounds": 300}},
}
_ARROW = 7.0
"""Pixels between the end of a curve and the box that it leads to."""


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
    folded = fans(boxes, edges)
    drawing = (
        _with_fans(boxes, width, height, edges, folded) if folded else draw([(width, height)] * boxes, edges, _OPTIONS)
    )
    spread(drawing.lines, edges, drawing.centres, height, downwards=False)
    return AcrossLayout(*drawing)


def _with_fans(
    boxes: int, width: float, height: float, edges: Sequence[tuple[int, int]], folded: Sequence[Fan]
) -> Drawing:
    """Lay out each fan as one large box, then put its grid there."""
    in_fans = {box for fan in folded for box in fan.boxes}
    kept = [box for box in range(boxes) if box not in in_fans]
    position = {box: place for place, box in enumerate(kept)}
    sizes = [(width, height)] * len(kept) + [fan.grid(width, height)[2:] for fan in folded]
    numbers = [number for number, (start, end) in enumerate(edges) if start in position and end in position]
    hubs = [(position[fan.hub], len(kept) + place, fan.after) for place, fan in enumerate(folded)]
    drawing = draw(
        sizes,
        [(position[edges[number][0]], position[edges[number][1]]) for number in numbers]
        + [(hub, grid) if after else (grid, hub) for hub, grid, after in hubs],
        _OPTIONS,
    )
    centres = dict(zip(kept, drawing.centres, strict=False))
    lines = dict(zip(numbers, drawing.lines, strict=False))
    for fan, centre, line in zip(folded, drawing.centres[len(kept) :], drawing.lines[len(numbers) :], strict=True):
        for box, number, (place, way) in zip(
            fan.boxes, fan.edges, unfold(fan, centre, line, width, height), strict=True
        ):
            centres[box], lines[number] = place, way
    return Drawing(
        drawing.width,
        drawing.height,
        [centres[box] for box in range(boxes)],
        [lines[number] for number in range(len(edges))],
    )


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
