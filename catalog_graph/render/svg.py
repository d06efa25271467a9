"""A lineage as an SVG picture for light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.forms import columns, shortened
from catalog_graph.render.layout import Layout, Point, layout
from catalog_graph.render.marks import Marks, marks
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
MARK_HEIGHT = 16
"""Height that the line of marks adds to a box."""
COLOURS = {
    "dataset": "#3b85ce",
    "features": "#3bceba",
    "featureset": "#3bceba",
    "metrics": "#3bce54",
    "model": "#783bce",
    "report": "#ce893b",
}
"""Colour of a type's stripe; other types have a grey one."""
GREY = "#848d97"
_FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\""
_BOX = {
    "registered": 'fill="#ffffff" stroke="#b6bec9"',
    "unregistered": 'fill="#f6f8fa" stroke="#b6bec9" stroke-dasharray="6 4"',
    "deleted": 'fill="#f6f8fa" stroke="#b6bec9" stroke-dasharray="2 3"',
}
_ROOT = 'fill="#ffffff" stroke="#0969da" stroke-width="2.5"'
_DARK = """
@media (prefers-color-scheme:dark){.cg-box{fill:#1c2128;stroke:#4c5562}.cg-name{fill:#e6edf3}
.cg-told,.cg-mark{fill:#9da7b3}.cg-unregistered,.cg-deleted{fill:#161b22;stroke:#6e7681}.cg-asked{stroke:#4493f8}
.cg-gone{stroke:#9da7b3}.cg-partial{fill:#3a2d0a;stroke:#9e7c1c}.cg-note{fill:#f0d58a}}
""".replace("\n", "")
"""The style sheet of dark pages. All else is in attributes, which every program that draws SVG understands."""


def svg(
    lineage: Lineage,
    metric: str | None = None,
    *,
    roles: Mapping[str, str] | None = None,
    title: str = "",
    more: Sequence[str] = (),
) -> str:
    """Return the lineage as an SVG document with arrows from parent to child.

    An unregistered artifact has a dashed border, a deleted one a dotted border and its name crossed out. If the lineage
    is incomplete, a note below says so; `more` are further notes. `roles` by id take the place of stage and metric. The
    tooltip of a box has its id and instant. Raises `ConfigurationError` if
    graphlay is not installed.
    """
    picture = Picture(lineage)
    marked = marks(lineage, metric) if roles is None else Marks(dict(roles))
    texts = [_texts(drawn, marked) for drawn in picture.artifacts]
    box = max(
        96.0, *(width * columns(text) + 30 for lines in texts for text, width in zip(lines, _WIDTHS, strict=True))
    )
    height = HEIGHT + (MARK_HEIGHT if marked.by_id else 0)
    positions = layout(len(texts), box, height, list(picture.edges()))
    notes = [*left_out(lineage), *([marked.note] if marked.note else []), *more]
    whole_width = max([positions.width, *(_note_width(note) for note in notes)]) + 2 * MARGIN
    whole_height = positions.height + 2 * MARGIN + 34 * len(notes)
    title = escape(title or f"{lineage.direction} lineage of {shown(label(lineage.root))}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole_width:.0f}" height="{whole_height:.0f}" role="img"'
        f' viewBox="{-MARGIN} {-MARGIN} {whole_width:.0f} {whole_height:.0f}" {_FONT}>',
        f"<title>{title}</title><style>{_DARK}</style>",
        *(_edge(line, downwards=positions.downwards) for line in positions.lines),
        *_boxes(picture, texts, positions, (box, height)),
        *(_note(note, positions.height + 34 * n + 10) for n, note in enumerate(notes)),
        "</svg>",
    ]
    return "\n".join(parts)


_WIDTHS = (7.5, 6.2, 6.2)
"""Width of a letter in each line of a box, in pixels."""


def _texts(drawn: Drawn, marked: Marks) -> tuple[str, str, str]:
    """Return the lines of a box: the name, the facts and the marks."""
    if drawn.card is None:
        return shortened(shown(drawn.artifact_id), LONGEST), "on an earlier page", ""
    mark = marked.by_id.get(drawn.artifact_id, "")
    name, description, mark = (shortened(shown(text), LONGEST) for text in (label(drawn.card), facts(drawn.card), mark))
    return name, description, mark


def _boxes(
    picture: Picture, texts: list[tuple[str, str, str]], positions: Layout, size: tuple[float, float]
) -> Iterator[str]:
    drawings = zip(picture.artifacts, texts, positions.centres, strict=True)
    width, height = size
    for place, (drawn, (name, description, mark), centre) in enumerate(drawings):
        left, top = centre[0] - width / 2, centre[1] - height / 2
        kind = drawn.card.state if drawn.card is not None else "unregistered"
        look = _BOX[kind] if place or kind != "registered" else _ROOT
        root = "" if place else " cg-asked"
        gone = ' opacity="0.65"' if kind == "deleted" else ""
        crossed = _crossed(name, left + 16, top + 15.5) if kind == "deleted" else ""
        text = f'x="{left + 16:.1f}"'
        yield "".join(
            (
                f'<g><title>{escape(_tip(drawn))}</title><rect class="cg-box cg-{kind}{root}" {look}',
                f' x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height}" rx="7"/>',
                _stripe(drawn.card, left, top, height),
                f'<text class="cg-name" fill="#1f2328" font-size="13" font-weight="600"{gone} {text}',
                f' y="{top + 20:.1f}">{escape(name)}</text>{crossed}',
                f'<text class="cg-told" fill="#59636e" font-size="11"{gone} {text}',
                f' y="{top + 36:.1f}">{escape(description)}</text>',
                f'<text class="cg-mark" fill="#59636e" font-size="11" {text} y="{top + 52:.1f}">{escape(mark)}</text>'
                if mark
                else "",
                "</g>",
            )
        )


def _crossed(name: str, left: float, y: float) -> str:
    """Return a line through a name; CairoSVG knows no `text-decoration`."""
    right = left + 7.2 * columns(name)
    return f'<path class="cg-gone" fill="none" stroke="#59636e" d="M{left:.1f},{y:.1f}H{right:.1f}"/>'


def _stripe(card: Card | None, left: float, top: float, height: float) -> str:
    colour = COLOURS.get(card.artifact_type.lower(), GREY) if card is not None else GREY
    return f'<rect fill="{colour}" x="{left + 6:.1f}" y="{top + 8:.1f}" width="4" height="{height - 16}" rx="2"/>'


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
    path = f'<path fill="none" stroke="{GREY}" stroke-width="1.5" d="{shaft}"/>'
    return f'{path}<polygon fill="{GREY}" points="{head}"/>'


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
    return 6.4 * columns(note) + 24


def _note(note: str, top: float) -> str:
    return (
        f'<rect class="cg-partial" fill="#fff8c5" stroke="#d4a72c" x="0" y="{top:.1f}"'
        f' width="{_note_width(note):.1f}" height="26" rx="13"/>'
        f'<text class="cg-note" fill="#6b4e00" font-size="12" font-style="italic" x="12" y="{top + 17:.1f}">'
        f"{escape(shown(note))}</text>"
    )
