"""A lineage in a notebook: a picture, or a table if that would be too large, and plain text."""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.errors import ConfigurationError
from catalog_graph.forms.base import html_table
from catalog_graph.forms.base import text_table as rows_of
from catalog_graph.render.notes import CARD_HEAD, card_row, facts, label, left_out, shown
from catalog_graph.render.order import Picture
from catalog_graph.render.svg import svg
from catalog_graph.render.tree import tree

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

MOST_BOXES = 100
"""Number of boxes from which on a table takes the place of the picture."""
MOST_EDGES = 300
"""Maximum number of edges of a picture."""
ROWS = 100
"""Maximum number of rows of a table, and of lines of the plain text."""


def mimebundle(lineage: Lineage) -> dict[str, str]:
    """Return the lineage by media type, as Jupyter takes it; `text/plain` is always included."""
    bundle = {"text/plain": _plain(lineage)}
    if len(lineage.columns) >= MOST_BOXES or len(lineage.edge_children) > MOST_EDGES:
        return {**bundle, "text/html": table(lineage)}
    try:
        return {**bundle, "image/svg+xml": svg(lineage)}
    except ConfigurationError as error:
        return {**bundle, "text/html": table(lineage, f"No picture: {error.message}")}


def table(lineage: Lineage, *notes: str) -> str:
    """Return the nearest artifacts as an HTML table, below a line that counts the listed ones by type."""
    cards = _cards(lineage)
    by_type = Counter(card.artifact_type or card.state for card in cards[1:])
    counts = ", ".join(f"{shown(kind)} {count:,}" for kind, count in by_type.most_common())
    more = [f"… {len(cards) - 1:,} listed, nearest {ROWS:,} in this table"] if len(cards) - 1 > ROWS else []
    lines = [
        f"<div><strong>{escape(headline(lineage))}</strong>{escape(f': {counts}' if counts else '')}</div>",
        html_table(CARD_HEAD, list(map(card_row, cards[: ROWS + 1]))),
        *(f"<div><em>{escape(note)}</em></div>" for note in (*more, *left_out(lineage), *notes)),
    ]
    return "\n".join(lines)


def text_table(lineage: Lineage) -> str:
    """Return all listed artifacts as aligned columns of text, the root first."""
    rows = rows_of(CARD_HEAD, list(map(card_row, _cards(lineage))))
    return "\n".join([headline(lineage), "", *rows, *left_out(lineage)])


def _cards(lineage: Lineage) -> list[Card]:
    return [drawn.card for drawn in Picture(lineage).artifacts if drawn.card is not None]


def page(lineage: Lineage) -> str:
    """Return an HTML page with the picture or the table of a notebook."""
    bundle = mimebundle(lineage)
    body = bundle.get("image/svg+xml") or bundle["text/html"]
    return document(headline(lineage), body, "<style>svg{max-width:100%;height:auto}</style>")


def document(title: str, body: str, style: str = "") -> str:
    """Return an HTML page."""
    return f'<!doctype html>\n<meta charset="utf-8">\n<title>{escape(title)}</title>{style}\n{body}\n'


def headline(lineage: Lineage) -> str:
    """Return the number of artifacts, the direction and the root, as one line."""
    root = lineage.root
    description = facts(root)
    count = f"{lineage.total:,} {'artifact' if lineage.total == 1 else 'artifacts'}"
    return f"{count} {lineage.direction} of {shown(label(root))}" + (f" ({shown(description)})" if description else "")


def _plain(lineage: Lineage) -> str:
    if len(lineage.columns) >= MOST_BOXES:
        lines = tree(lineage).splitlines()
        cut = [f"… {len(lines) - ROWS:,} more lines"] if len(lines) > ROWS else []
        return "\n".join([headline(lineage), *islice(lines, ROWS), *cut])
    return tree(lineage)
