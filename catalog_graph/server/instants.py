"""Instants as the API reads them: without an offset they are UTC, whatever the zone of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import normalised
from catalog_graph.server.models.artifacts import ArtifactIn

_NOT_SENT: tuple[Any, ...] = (None, "", [], {})


def utc_entry(artifact: ArtifactIn) -> CatalogEntry:
    """The entry of a request, with its instant in UTC; raises `InvalidInput` where it cannot be read."""
    entry = artifact.entry()
    if entry.created_at:
        entry.created_at = normalised(entry.created_at, "utc")
    return entry


def utc_fields(fields: Mapping[str, Any]) -> CatalogEntry:
    """The same from fields of any type: what is wrong with them is left to whoever checks the entry."""
    entry = CatalogEntry(**{name: fields[name] for name in CONTRACT_FIELDS if fields.get(name) not in _NOT_SENT})
    if isinstance(entry.created_at, str) and entry.created_at:
        with suppress(InvalidInput):
            entry.created_at = normalised(entry.created_at, "utc")
    return entry
