"""FlowyML's assets: values with an id of their own, which they keep everywhere, and with named parents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flowyml.assets.base import Asset  # type: ignore[import-untyped]

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.integrations.flowyml.record import DETAILS, Record
from catalog_graph.integrations.flowyml.values import as_json, hash_of, text_of


def is_asset(value: Any) -> bool:
    """Return True if `value` is one of FlowyML's assets and its id is a valid artifact id."""
    return isinstance(value, Asset) and _is_id(value.asset_id)


def is_made_since(asset: Any, instant: datetime) -> bool:
    """Return True if the asset was created at or after `instant` (naive and in the machine's zone, as FlowyML's)."""
    created = asset.metadata.created_at
    return isinstance(created, datetime) and created.replace(tzinfo=None) >= instant


def parent_ids(asset: Any) -> list[str]:
    """Return the ids of the asset's parents: of its `parents`, and those in its metadata's `parent_ids`."""
    named = [parent.asset_id for parent in asset.parents] + list(asset.metadata.parent_ids)
    return [i for i in dict.fromkeys(named) if _is_id(i) and i != asset.asset_id]


def tags(asset: Any) -> dict[str, Any]:
    """Return the asset's tags, and its name as the tag `asset`."""
    return {"asset": text_of(str(asset.name)), **as_json(dict(asset.tags))}


def metadata(asset: Any) -> dict[str, Any]:
    """Return the asset's properties as metadata; empty if it has none."""
    properties = as_json(dict(asset.properties))
    return {"properties": properties} if properties else {}


def details(asset: Any) -> dict[str, Any]:
    """Return the asset's id and its own version, which is `v1.0.0` by default."""
    return {"asset_id": asset.asset_id, "asset_version": text_of(str(asset.version))}


def ancestors(asset: Any, is_known: Callable[[Any], bool]) -> list[Any]:
    """Return the asset's unknown ancestors, older ones first; the search does not go beyond a known one."""
    unknown: dict[str, Any] = {}
    open_ends = list(asset.parents)
    while open_ends:
        parent = open_ends.pop()
        if is_asset(parent) and parent.asset_id not in unknown and not is_known(parent):
            unknown[parent.asset_id] = parent
            open_ends += parent.parents
    return list(reversed(unknown.values()))


def asset_record(asset: Any) -> Record:
    """Build the record of an asset that no step returned, to be registered unless the catalog has its id."""
    entry = CatalogEntry(
        artifact_id=asset.asset_id,
        name=text_of(str(asset.name), checks.TEXT_LIMITS["name"]) or asset.asset_id,
        artifact_type=type(asset).__name__,
        content_hash=hash_of(asset),
        parent_ids=parent_ids(asset),
        tags=tags(asset),
        metadata={**metadata(asset), DETAILS: details(asset)},
    )
    return Record(entry, lookup="id")


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(checks.checked_id(value))
    except InvalidInput:
        return False
