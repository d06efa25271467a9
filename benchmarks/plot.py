"""A bar chart with a logarithmic scale, as SVG that is readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LABELS, FIGURES = 820, 220, 110
"""Widths in pixels: of the chart, of the column of names, and of the space for a figure after a bar."""
ROW, GAP = 20, 34
COLOURS = {"service": "#1a7f64", "local": "#2f6fb0"}
"""Colours of bars by the first word of their name; other bars are grey."""
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; }
.other { fill: #8c959f; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
"""


@dataclass(frozen=True)
class Bar:
    """A contender's figure."""

    name: str
    value: float
    text: str


def bars_svg(groups: Sequence[tuple[str, Sequence[Bar]]], title: str) -> str:
    """Return the chart: groups of bars, each with a scale of its own; a factor of ten has the same length in all."""
    spans = [math.log10(max(b.value for b in bars) / min(b.value for b in bars)) for _, bars in groups]
    decade = (WIDTH - LABELS - FIGURES) / (max(spans, default=0) + 0.5)
    parts: list[str] = []
    y = 30
    for heading, bars in groups:
        parts.append(f'<text class="title" x="0" y="{y}">{escape(heading)}</text>')
        least = min(b.value for b in bars)
        for bar in bars:
            y += ROW
            parts += _bar(bar, y, (math.log10(bar.value / least) + 0.5) * decade)
        y += GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(title)}">'
    caption = f'<text x="0" y="12">{escape(title)}; equal lengths are equal ratios</text>'
    return "\n".join([head, f"<style>{STYLE}</style>", caption, *parts, "</svg>", ""])


def _bar(bar: Bar, y: int, length: float) -> list[str]:
    colour = next((c for word, c in COLOURS.items() if bar.name.startswith(word)), None)
    fill = f'fill="{colour}"' if colour else 'class="other"'
    return [
        f'<text x="{LABELS - 8}" y="{y}" text-anchor="end">{escape(bar.name)}</text>',
        f'<rect x="{LABELS}" y="{y - 11}" width="{length:.1f}" height="14" rx="2" {fill}/>',
        f'<text x="{LABELS + length + 6:.1f}" y="{y}">{escape(bar.text)}</text>',
    ]
