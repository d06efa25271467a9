"""Pictures and pages of answers: the artifacts that they list, the edges among these, and the part of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from catalog_graph.cards import Card
from catalog_graph.errors import ConfigurationError
from catalog_graph.lineage import Columns, Lineage, positions_of
from catalog_graph.render.notebook import MOST_BOXES, MOST_EDGES, document
from catalog_graph.render.svg import svg

Edge = tuple[str, str]
"""Ids of a child and a parent."""


class Drawing(NamedTuple):
    """An answer as a picture shows it."""

    title: str
    cards: Sequence[Card]
    """The first is the artifact that the answer is about; one may occur again."""
    edges: Sequence[Edge]
    roles: Sequence[tuple[Card, str]] = ()
    """The parts that artifacts have in the answer; one may have several."""
    notes: Sequence[str] = ()


def picture(drawing: Drawing) -> str:
    """Return a drawing as an SVG document. Raises `ConfigurationError` if graphlay is not installed."""
    by_id: dict[str, list[str]] = {}
    for card, role in drawing.roles:
        by_id.setdefault(card.artifact_id, []).append(role)
    roles = {artifact_id: ", ".join(dict.fromkeys(each)) for artifact_id, each in by_id.items()}
    return svg(_lineage(drawing), roles=roles, title=drawing.title, more=drawing.notes)


def page(drawing: Drawing, tables: str) -> str:
    """Return an HTML page with the picture of a drawing, unless it would be too large, above tables."""
    parts = [tables]
    if len({card.artifact_id for card in drawing.cards}) <= MOST_BOXES and len(drawing.edges) <= MOST_EDGES:
        try:
            parts = [picture(drawing), tables]
        except ConfigurationError as error:
            parts = [tables, f"<div><em>{escape(f'No picture: {error.message}')}</em></div>"]
    return document(drawing.title, "\n".join(parts))


def _lineage(drawing: Drawing) -> Lineage:
    nothing = Card("", drawing.title, "", None, "", 0, "registered")
    root, *others = _distinct(drawing.cards) or [nothing]
    columns = Columns.of(others)
    children, parents, earlier = positions_of(root.artifact_id, columns.artifact_id, drawing.edges)
    return Lineage(root, "upstream", columns, children, parents, total=len(others), earlier=earlier)


def _distinct(cards: Iterable[Card]) -> list[Card]:
    by_id: dict[str, Card] = {}
    for card in cards:
        by_id.setdefault(card.artifact_id, card)
    return list(by_id.values())
