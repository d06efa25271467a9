"""Entries out of what callers pass: a `CatalogEntry`, a mapping, or an entry of FlowyML."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from catalog_graph.artifact import FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput, NotHashedWarning


def entry_of(artifact: Any) -> CatalogEntry:
    """An entry from what `register_many` takes; FlowyML's own entries are taken too."""
    if isinstance(artifact, CatalogEntry):
        return artifact
    fields = artifact.to_dict() if hasattr(artifact, "to_dict") else artifact
    if not isinstance(fields, Mapping):
        raise InvalidInput(f"it is a {type(artifact).__name__}; pass a CatalogEntry or a mapping")
    unknown = [str(key) for key in fields if key not in FIELDS and key != "data"]
    if unknown:
        raise InvalidInput(
            f"it has {unknown[0]!r}, which is no field of an entry; these are {', '.join(FIELDS)}, and data",
            field=unknown[0],
        )
    given = {key: value for key, value in fields.items() if key != "data"}
    if not given.get("content_hash"):
        given["content_hash"] = hash_or_warn(fields.get("data"), str(fields.get("name")), stacklevel=5)
    return CatalogEntry.from_dict(given)


def hash_or_warn(data: Any, name: str, stacklevel: int) -> str:
    """Return the content hash of `data`; empty, with a `NotHashedWarning`, where it cannot be hashed."""
    if data is None:
        return ""
    from catalog_graph.hashing import content_hash

    try:
        return content_hash(data)
    except InvalidInput as error:
        warnings.warn(f"{name!r} gets no content hash: {error.message}", NotHashedWarning, stacklevel=stacklevel)
        return ""
