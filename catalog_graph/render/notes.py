"""The words that all pictures of a lineage share: labels, descriptions, and notes on what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from catalog_graph.cards import Card
from catalog_graph.forms import Section
from catalog_graph.forms import shown as shown

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage


def label(card: Card) -> str:
    """Return the name of an artifact, or its id if it was never registered."""
    return card.name or card.artifact_id


def facts(card: Card) -> str:
    """Return the type, version, aliases and state of an artifact; the state only if it is not registered."""
    state = "" if card.state == "registered" else card.state
    return ", ".join(filter(None, (card.artifact_type, version(card), *held(card), state)))


def version(card: Card) -> str:
    """Return the version of an artifact as pictures write it: `v3` for the number 3."""
    text = card.version or ""
    return f"v{text}" if text.isdigit() else text


def held(card: Card) -> list[str]:
    """Return the aliases of an artifact as pictures write them: `@champion`."""
    return [f"@{alias}" for alias in card.aliases]


def left_out(lineage: Lineage) -> list[str]:
    """Return a sentence for each way in which the lineage is incomplete; none if it is complete."""
    notes = []
    listed = len(lineage.columns)
    if lineage.total > listed:
        notes.append(f"… {lineage.total:,} in all, nearest {listed:,} shown")
    if lineage.stopped_by == "depth":
        deepest = max(lineage.columns.depth, default=0)
        notes.append(f"… more lies further than {deepest:,} away")
    elif lineage.stopped_by == "time":
        notes.append("… the rest was not reached within the time limit")
    elif lineage.stopped_by == "limit" and not notes:
        notes.append("… there is more")
    if lineage.changed:
        notes.append("… the lineage changed while it was read")
    return notes


CARD_HEAD = ("depth", "name", "type", "version", "aliases", "state", "created", "id")


def cards_section(cards: Iterable[Card], title: str = "", notes: Sequence[str] = ()) -> Section:
    """Return a row for each card."""
    return Section(title, CARD_HEAD, list(map(card_row, cards)), notes)


def card_row(card: Card) -> tuple[str, ...]:
    """Return a card as the cells of a table."""
    texts = (label(card), card.artifact_type, card.version or "", " ".join(held(card)), card.state)
    return (str(card.depth), *texts, card.created_at, card.artifact_id)
