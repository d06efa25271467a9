"""Deleted artifacts: the part of them that lineage shows, and the refusals of `undelete`."""

from __future__ import annotations

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import Conflict


def tombstone(entry: CatalogEntry) -> CatalogEntry:
    """Return what lineage shows of an artifact after its deletion: its card and its parents."""
    return CatalogEntry(
        artifact_id=entry.artifact_id,
        name=entry.name,
        artifact_type=entry.artifact_type,
        version=entry.version,
        created_at=entry.created_at,
        parent_ids=entry.parent_ids,
        recorded_at=entry.recorded_at,
        state="deleted",
    )


def not_deleted(artifact_id: str) -> Conflict:
    """Return the error for an artifact to undelete that is registered."""
    return Conflict(
        f"artifact {artifact_id!r} is registered, not deleted: there is nothing to undelete", artifact_id=artifact_id
    )


def no_record(artifact_id: str) -> Conflict:
    """Return the error for a deleted artifact whose record is not kept."""
    return Conflict(
        f"artifact {artifact_id!r} cannot be undeleted: the catalog keeps no record of it; register it again",
        artifact_id=artifact_id,
    )
