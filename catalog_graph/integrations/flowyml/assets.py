"""FlowyML's assets: they carry an id of their own wherever they go, and name their parents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flowyml.assets.base import Asset  # type: ignore[import-untyped]

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidInput
from catalog_graph.integrations.flowyml.records import DETAILS, Record
from catalog_graph.integrations.flowyml.values import as_json, hash_of, text_of


def is_asset(value: Any) -> bool:
    """Whether `value` is one of FlowyML's assets, with an id that an artifact can have."""
    return isinstance(value, Asset) and _is_id(value.asset_id)


def is_made_since(asset: Any, instant: datetime) -> bool:
    """Whether the asset was created at `instant` (naive, in the machine's zone, as FlowyML's are) or later."""
    created = asset.metadata.created_at
    return isinstance(created, datetime) and created.replace(tzinfo=None) >= instant


def parent_ids(asset: Any) -> list[str]:
    """The ids of its parents: those that it holds, and those that its metadata names."""
    named = [parent.asset_id for parent in asset.parents] + list(asset.metadata.parent_ids)
    return [i for i in dict.fromkeys(named) if _is_id(i) and i != asset.asset_id]


def tags(asset: Any) -> dict[str, Any]:
    """Its tags, and its name as the tag `asset`."""
    return {"asset": text_of(str(asset.name)), **as_json(dict(asset.tags))}


def metadata(asset: Any) -> dict[str, Any]:
    """What it says of itself."""
    properties = as_json(dict(asset.properties))
    return {"properties": properties} if properties else {}


def details(asset: Any) -> dict[str, Any]:
    """Its id and its own version, which FlowyML makes `v1.0.0` unless told otherwise."""
    return {"asset_id": asset.asset_id, "asset_version": text_of(str(asset.version))}


def ancestors(asset: Any, is_known: Callable[[Any], bool]) -> list[Any]:
    """Its parents and theirs, as far as they are not known, ancestors first."""
    found: dict[str, Any] = {}
    open_ends = list(asset.parents)
    while open_ends:
        parent = open_ends.pop()
        if is_asset(parent) and parent.asset_id not in found and not is_known(parent):
            found[parent.asset_id] = parent
            open_ends += parent.parents
    return list(reversed(found.values()))


def as_read(asset: Any) -> Record:
    """An asset that no step has handed over, registered unless somebody else does."""
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
