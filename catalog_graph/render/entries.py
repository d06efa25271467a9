"""The entries of the artifacts in a lineage, for forms that say which step made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.artifact import CatalogEntry

if TYPE_CHECKING:
    from catalog_graph.lineage import Lineage

_AT_A_TIME = 1000


def entries_of(lineage: Lineage) -> dict[str, CatalogEntry]:
    """Return the entries of the artifacts in a lineage by id; empty for a lineage without its catalog."""
    if lineage.reader is None:
        return {}
    ids = [lineage.root.artifact_id, *lineage.columns.artifact_id]
    batches = (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))
    return {entry.artifact_id: entry for batch in batches for entry in lineage.reader(batch) if entry is not None}
