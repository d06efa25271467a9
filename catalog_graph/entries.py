"""Convert what callers register to entries: a `CatalogEntry`, a mapping, or an entry of FlowyML."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from catalog_graph.artifact import FIELDS, CatalogEntry
from catalog_graph.errors import InvalidInput, NotHashedWarning


def entry_of(artifact: Any, stacklevel: int = 5) -> CatalogEntry:
    """Return the entry of an element that `register_many` accepts, FlowyML's own entries included."""
    if isinstance(artifact, CatalogEntry):
        return artifact
    if not isinstance(artifact, Mapping) and hasattr(artifact, "to_dict"):
        return CatalogEntry.from_dict(artifact.to_dict())
    fields = artifact
    if not isinstance(fields, Mapping):
        raise InvalidInput(f"it is a {type(artifact).__name__}; pass a CatalogEntry or a mapping")
    unknown = [str(key) for key in fields if key not in FIELDS and key != "data"]
    if unknown:
        raise InvalidInput(
            f"it has the unknown field {unknown[0]!r}; the fields of an entry are {', '.join(FIELDS)}, and data",
            field=unknown[0],
        )
    known = {key: value for key, value in fields.items() if key != "data"}
    if not known.get("content_hash"):
        known["content_hash"] = hash_or_warn(fields.get("data"), str(fields.get("name")), stacklevel=stacklevel)
    return CatalogEntry.from_dict(known)


def hash_or_warn(data: Any, name: str, stacklevel: int) -> str:
    """Return the content hash of `data`, or an empty text and a `NotHashedWarning` if it cannot be hashed."""
    if data is None:
        return ""
    from catalog_graph.hashing import content_hash

    try:
        return content_hash(data)
    except InvalidInput as error:
        warnings.warn(f"{name!r} gets no content hash: {error.message}", NotHashedWarning, stacklevel=stacklevel)
        return ""
