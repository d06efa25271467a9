"""Entries from request bodies: an instant without an offset is UTC, whatever the time zone of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.instants import normalised
from catalog_graph.server.models.artifacts import ArtifactIn


def entry_of_model(artifact: ArtifactIn) -> CatalogEntry:
    """Return the entry of a validated body; raise `InvalidInput` if `created_at` is not an instant."""
    entry = CatalogEntry(**{name: getattr(artifact, name) for name in CONTRACT_FIELDS})
    if entry.created_at:
        entry.created_at = normalised(entry.created_at)
    return entry


def entry_of_fields(fields: Mapping[str, Any]) -> CatalogEntry:
    """Return the entry of fields of any type, which the backend checks: a batch reports all its errors at once."""
    entry = CatalogEntry(**{name: fields[name] for name in CONTRACT_FIELDS if _is_set(fields.get(name))})
    if isinstance(entry.created_at, str) and entry.created_at:
        with suppress(InvalidInput):
            entry.created_at = normalised(entry.created_at)
    return entry


def entry_of_line(fields: Mapping[str, Any]) -> CatalogEntry:
    """Return the entry of a line of a stream; raise `InvalidInput` if it has references, which no stream takes."""
    if _is_set(fields.get("parents")):
        raise InvalidInput("parents is not taken in a stream; send the ids in parent_ids", field="parents")
    return entry_of_fields(fields)


def _is_set(value: Any) -> bool:
    """Return False for the values that mean *not set*: null, and an empty text, list or object."""
    return bool(value) or not (value is None or isinstance(value, str | list | dict))
