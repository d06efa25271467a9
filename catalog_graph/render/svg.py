"""A lineage as an SVG picture for light and dark pages."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.render.layout import Layout, Point, layout
from catalog_graph.render.notes import facts, label, left_out, shown
from catalog_graph.render.order import Drawn, Picture

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

HEIGHT = 46
"""Height of a box, in pixels."""
MARGIN = 12
"""Margin around the picture, in pixels."""
LONGEST = 30
"""Maximum width of a name that is not shortened, in letters."""
HUES = {"dataset": 210, "features": 172, "featureset": 172, "metrics": 130, "model": 265, "report": 32}
"""Hue of a type's stripe, in degrees; other types have a grey stripe."""
STYLE = """
.cg-box{fill:#fff;stroke:#b6bec9}.cg-name{fill:#1f2328;font:600 13px system-ui,sans-serif}
.cg-told{fill:#59636e;font:11px system-ui,sans-serif}.cg-edge{fill:none;stroke:#848d97;stroke-width:1.5}
.cg-head{fill:#848d97}.cg-asked{stroke:#0969da;stroke-width:2.5}.cg-unregistered{fill:#f6f8fa;stroke-dasharray:6 4}
.cg-deleted{fill:#f6f8fa;stroke-dasharray:2 3}.cg-deleted~text{opacity:.65}
.cg-deleted~.cg-name{text-decoration:line-through}.cg-partial{fill:#fff8c5;stroke:#d4a72c}
.cg-note{fill:#6b4e00;font:italic 12px system-ui,sans-serif}
@media (prefers-color-scheme:dark){.cg-box{fill:#1c2128;stroke:#4c5562}.cg-name{fill:#e6edf3}.cg-told{fill:#9da7b3}
.cg-unregistered,.cg-deleted{fill:#161b22;stroke:#6e7681}.cg-asked{stroke:#4493f8}
.cg-partial{fill:#3a2d0a;stroke:#9e7c1c}.cg-note{fill:#f0d58a}}
""".replace("\n", "")


def svg(lineage: Lineage) -> str:
    """Return the lineage as an SVG document with arrows from parent to child.

    An unregistered artifact has a dashed border, a deleted one a dotted border and its name crossed out. If the lineage
    is incomplete, a note below says so. The tooltip of a box has its id and instant. Raises `ConfigurationError` if
    graphlay is not installed.
    """
    picture = Picture(lineage)
    texts = [_texts(drawn) for drawn in picture.artifacts]
    box = max(
        96.0,
        *(7.5 * _columns(name) + 30 for name, _ in texts),
        *(6.2 * _columns(description) + 30 for _, description in texts),
    )
    positions = layout(len(texts), box, HEIGHT, list(picture.edges()))
    notes = left_out(lineage)
    width = max([positions.width, *(_note_width(note) for note in notes)]) + 2 * MARGIN
    height = positions.height + 2 * MARGIN + 34 * len(notes)
    title = escape(f"{lineage.direction} lineage of {shown(label(lineage.root))}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" role="img"'
        f' viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" style="max-width:100%;height:auto">',
        f"<title>{title}</title><style>{STYLE}</style>",
        *(_edge(line, downwards=positions.downwards) for line in positions.lines),
        *_boxes(picture, texts, positions, box),
        *(_note(note, positions.height + 34 * n + 10) for n, note in enumerate(notes)),
        "</svg>",
    ]
    return "\n".join(parts)


def _texts(drawn: Drawn) -> tuple[str, str]:
    """Return the two lines of a box."""
    if drawn.card is None:
        return _short(shown(drawn.artifact_id)), "on an earlier page"
    return _short(shown(label(drawn.card))), _short(shown(facts(drawn.card)))


def _short(text: str) -> str:
    """Return `text` without its middle if it is too long; names differ mostly at their ends."""
    if _columns(text) <= LONGEST:
        return text
    while _columns(text) >= LONGEST:
        middle = len(text) // 2
        text = text[:middle] + text[middle + 1 :]
    middle = len(text) // 2
    return f"{text[:middle]}…{text[middle:]}"


def _columns(text: str) -> int:
    """Return the width of `text` in letters; an East Asian letter counts as two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _boxes(picture: Picture, texts: list[tuple[str, str]], positions: Layout, width: float) -> Iterator[str]:
    drawings = zip(picture.artifacts, texts, positions.centres, strict=True)
    for place, (drawn, (name, description), centre) in enumerate(drawings):
        left, top = centre[0] - width / 2, centre[1] - HEIGHT / 2
        kind = drawn.card.state if drawn.card is not None else "unregistered"
        root = "" if place else " cg-asked"
        text = f'x="{left + 16:.1f}"'
        yield (
            f"<g><title>{escape(_tip(drawn))}</title>"
            f'<rect class="cg-box cg-{kind}{root}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}"'
            f' height="{HEIGHT}" rx="7"/>{_stripe(drawn.card, left, top)}'
            f'<text class="cg-name" {text} y="{top + 20:.1f}">{escape(name)}</text>'
            f'<text class="cg-told" {text} y="{top + 36:.1f}">{escape(description)}</text></g>'
        )


def _stripe(card: Card | None, left: float, top: float) -> str:
    hue = HUES.get(card.artifact_type.lower()) if card is not None else None
    colour = "#848d97" if hue is None else f"hsl({hue},60%,52%)"
    return f'<rect fill="{colour}" x="{left + 6:.1f}" y="{top + 8:.1f}" width="4" height="{HEIGHT - 16}" rx="2"/>'


def _tip(drawn: Drawn) -> str:
    if drawn.card is None:
        return shown(drawn.artifact_id)
    card = drawn.card
    return "\n".join(filter(None, map(shown, (label(card), facts(card), card.artifact_id, card.created_at))))


def _edge(points: list[Point], *, downwards: bool) -> str:
    """Return an edge with an arrowhead: a curve between neighbouring layers, else a line with rounded corners."""
    *earlier, before, tip = points
    if earlier:
        dx, dy = _direction(before, tip)
    else:
        dx, dy = (
            (0.0, math.copysign(1, tip[1] - before[1])) if downwards else (math.copysign(1, tip[0] - before[0]), 0.0)
        )
    x, y = tip
    end = (x - 7 * dx, y - 7 * dy)
    wings = [(x - 8 * dx - side * dy, y - 8 * dy + side * dx) for side in (4, -4)]
    shaft = _rounded([*earlier, before, end]) if earlier else _curve(before, end, downwards=downwards)
    head = " ".join(map(_at, (tip, *wings)))
    return f'<path class="cg-edge" d="{shaft}"/><polygon class="cg-head" points="{head}"/>'


def _curve(start: Point, end: Point, *, downwards: bool) -> str:
    half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    first = (start[0], half[1]) if downwards else (half[0], start[1])
    second = (end[0], half[1]) if downwards else (half[0], end[1])
    return f"M{_at(start)}C{_at(first)} {_at(second)} {_at(end)}"


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _rounded(points: list[Point]) -> str:
    path = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.append(f"L{_at(_towards(corner, before))}Q{_at(corner)} {_at(_towards(corner, after))}")
    return "".join([*path, f"L{_at(points[-1])}"])


def _towards(start: Point, end: Point, limit: float = 24.0) -> Point:
    """Return the point halfway from `start` to `end`, but at most `limit` pixels away."""
    length = math.dist(start, end) or 1.0
    part = min(0.5, limit / length)
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _note_width(note: str) -> float:
    return 6.4 * _columns(note) + 24


def _note(note: str, top: float) -> str:
    return (
        f'<rect class="cg-partial" x="0" y="{top:.1f}" width="{_note_width(note):.1f}" height="26" rx="13"/>'
        f'<text class="cg-note" x="12" y="{top + 17:.1f}">{escape(note)}</text>'
    )
