"""A lineage as a tree of text: the root, and below it, indented, its parents (or its children)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from catalog_graph.cards import Card
from catalog_graph.render.notes import facts, label, left_out, shown
from catalog_graph.render.order import Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

GUIDES = 16
"""Maximum number of levels whose guides are drawn; deeper down, the number of levels above them is written."""


class _Step(NamedTuple):
    position: int
    level: int
    guides: str
    """Three characters for each of the nearest `GUIDES` levels above."""
    branch: str
    leave: bool = False
    """True for the step that follows the artifact's last branch; it draws nothing."""


def tree(lineage: Lineage) -> str:
    """Return the lineage as lines of text.

    An artifact that occurs again is marked `↑ shown above` and not expanded a second time; one that occurs below itself
    is marked as a cycle. If the lineage is incomplete, the last lines say so.
    """
    return "\n".join([*_lines(lineage), *left_out(lineage)])


def _lines(lineage: Lineage) -> Iterator[str]:
    names = _names(lineage)
    below = _below(lineage)
    drawn: set[int] = set()
    above: set[int] = set()
    firsts = [0, *range(1 + len(lineage.columns), len(names))]
    stack = [_Step(first, 0, "", "") for first in reversed(firsts)]
    while stack:
        step = stack.pop()
        position = step.position
        if step.leave:
            above.discard(position)
            continue
        mark = "  ↻ a cycle" if position in above else "  ↑ shown above" if position in drawn else ""
        hidden = step.level - 1 - GUIDES
        yield f"{f'⋯{hidden:,} ' if hidden > 0 else ''}{step.guides}{step.branch}{names[position]}{mark}"
        if position in drawn:
            continue
        drawn.add(position)
        above.add(position)
        guides = (step.guides + {"": "", "├─ ": "│  ", "└─ ": "   "}[step.branch])[-3 * GUIDES :]
        stack.append(step._replace(leave=True))
        nexts = reversed(below[position])
        stack += [_Step(n, step.level + 1, guides, "├─ " if i else "└─ ") for i, n in enumerate(nexts)]


def _below(lineage: Lineage) -> dict[int, list[int]]:
    """Return the positions below each position: the next ones away from the root, in the order of pictures."""
    below: dict[int, list[int]] = defaultdict(list)
    children, parents = lineage.edge_children, lineage.edge_parents
    nearer, further = (children, parents) if lineage.direction == "upstream" else (parents, children)
    for start, end in zip(nearer, further, strict=True):
        below[start].append(end)
    rank = Picture(lineage).rank
    for ends in below.values():
        ends.sort(key=rank.__getitem__)
    return below


def _names(lineage: Lineage) -> list[str]:
    cards = [lineage.root, *lineage.nodes]
    return [*map(_line, cards), *(f"{shown(i)} (on an earlier page)" for i in lineage.earlier)]


def _line(card: Card) -> str:
    description = facts(card)
    return shown(label(card)) + (f" ({shown(description)})" if description else "")
