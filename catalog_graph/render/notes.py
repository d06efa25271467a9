"""What every picture of a lineage says in words."""

from __future__ import annotations

from catalog_graph.lineage import Card, Lineage


def label(card: Card) -> str:
    """What an artifact is called: its name, or its id where it was never registered under one."""
    return card.name or card.artifact_id


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
