"""Bookkeeping in the metadata of recorded FlowyML pipelines: it differs between runs that made the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FLOWYML = "flowyml"
"""Key of the metadata in which recording keeps its details."""
BOOKKEEPING = frozenset({"inputs", "cache_key", "retries", "asset_id"})
"""Details that are not compared: ids of inputs and assets, places in a cache, numbers of retries."""


def comparable(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return metadata without bookkeeping."""
    details = metadata.get(FLOWYML)
    if not isinstance(details, dict) or BOOKKEEPING.isdisjoint(details):
        return metadata
    others = {key: value for key, value in metadata.items() if key != FLOWYML}
    kept = {key: value for key, value in details.items() if key not in BOOKKEEPING}
    return {**others, FLOWYML: kept} if kept else others
