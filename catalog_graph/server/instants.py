"""Instants as the API reads them: without an offset they are UTC, whatever the zone of the machine."""

from __future__ import annotations

from catalog_graph.artifact import CatalogEntry
from catalog_graph.instants import normalised
from catalog_graph.server.models import ArtifactIn


def utc_entry(artifact: ArtifactIn) -> CatalogEntry:
    """The entry of a request, with its instant in UTC; raises `InvalidInput` where it cannot be read."""
    entry = artifact.entry()
    if entry.created_at:
        entry.created_at = normalised(entry.created_at, "utc")
    return entry
