"""The words that all pictures of a lineage share: labels, descriptions, and notes on what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.cards import Card

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage


def label(card: Card) -> str:
    """Return the name of an artifact, or its id if it was never registered."""
    return card.name or card.artifact_id


def shown(text: str) -> str:
    """Return `text` with control characters and other invisible ones written as codes."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


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
