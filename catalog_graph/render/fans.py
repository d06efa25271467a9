"""Fans of a picture: boxes that hang on one neighbour alone stand in a grid, not in one endless column."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog_graph.render.layout import Point

MOST_IN_A_COLUMN = 12
"""Boxes of a fan that still stand in one column."""
COLUMN_GAP = 48.0
ROW_GAP = 26.0
_LANE = 17.0
"""Pixels from the top of a row up to the lane that leads to its boxes."""
_ASPECT = 1.5
"""Width of a grid in proportion to its height."""


class Grid(NamedTuple):
    """Columns and rows of a fan, and its size in pixels."""

    columns: int
    rows: int
    width: float
    height: float


@dataclass(frozen=True)
class Fan:
    """Boxes whose only edge leads to `hub`; they are its children if `after`, else its parents."""

    hub: int
    after: bool
    boxes: Sequence[int]
    edges: Sequence[int]
    """The edge of each box."""

    def grid(self, width: float, height: float) -> Grid:
        """Return the shape of the grid for boxes of this size."""
        cell_width, cell_height = width + COLUMN_GAP, height + ROW_GAP
        columns = max(1, round(math.sqrt(len(self.boxes) * cell_height * _ASPECT / cell_width)))
        rows = math.ceil(len(self.boxes) / columns)
        columns = math.ceil(len(self.boxes) / rows)
        return Grid(columns, rows, columns * cell_width - COLUMN_GAP, rows * cell_height - ROW_GAP)


def fans(boxes: int, edges: Sequence[tuple[int, int]]) -> list[Fan]:
    """Return the fans that are too large for one column; no box is in two of them."""
    touching: dict[int, list[int]] = defaultdict(list)
    for number, ends in enumerate(edges):
        for box in ends:
            touching[box].append(number)
    leaves: dict[tuple[int, bool], list[tuple[int, int]]] = defaultdict(list)
    for box in range(boxes):
        if len(touching[box]) == 1:
            [number] = touching[box]
            start, end = edges[number]
            leaves[(start, True) if end == box else (end, False)].append((box, number))
    return [
        Fan(hub, after, [box for box, _ in members], [number for _, number in members])
        for (hub, after), members in leaves.items()
        if len(members) > MOST_IN_A_COLUMN
    ]


def unfold(
    fan: Fan, centre: Point, line: Sequence[Point], width: float, height: float
) -> list[tuple[Point, list[Point]]]:
    """Return the centre of each box of a fan, and the line of its edge, from those of its grid as a whole.

    Lines run in lanes between the rows, so that none crosses a box.
    """
    grid = fan.grid(width, height)
    left, top = centre[0] - grid.width / 2, centre[1] - grid.height / 2
    places = []
    for place in range(len(fan.boxes)):
        row, column = divmod(place, grid.columns)
        from_left = column if fan.after else grid.columns - 1 - column
        x = left + from_left * (width + COLUMN_GAP)
        y = top + row * (height + ROW_GAP)
        near, middle = x if fan.after else x + width, y + height / 2
        lane = y - _LANE
        side = left if fan.after else left + grid.width
        gap = COLUMN_GAP if fan.after else -COLUMN_GAP
        to_box = [(near, middle)] if column == 0 else [(side, lane), (near - gap, lane), (near, middle)]
        whole = [*line[:-1], *to_box] if fan.after else [*reversed(to_box), *line[1:]]
        places.append(((x + width / 2, middle), _without_repeats(whole)))
    return places


def _without_repeats(line: list[Point]) -> list[Point]:
    """Return the line without points that repeat the one before, as in the second column."""
    return [point for place, point in enumerate(line) if not place or point != line[place - 1]]
