"""What every picture of a lineage says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.cards import Card

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage


def label(card: Card) -> str:
    """What an artifact is called: its name, or its id where it was never registered under one."""
    return card.name or card.artifact_id


def shown(text: str) -> str:
    """`text` with what a terminal or a page would obey instead of showing written out."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def facts(card: Card) -> str:
    """What an artifact is, in a few words: its type, its version, and its state where it is not registered."""
    version = card.version or ""
    version = f"v{version}" if version.isdigit() else version
    state = "" if card.state == "registered" else card.state
    return ", ".join(filter(None, (card.artifact_type, version, state)))


def left_out(lineage: Lineage) -> list[str]:
    """A sentence for each way in which the answer is not the whole lineage."""
    notes = []
    shown = len(lineage.columns)
    if lineage.total > shown:
        notes.append(f"… {lineage.total:,} in all, nearest {shown:,} shown")
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
