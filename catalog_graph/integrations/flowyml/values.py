"""Facts read from a pipeline's values: content hash, metrics, and a form that metadata can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog_graph.errors import InvalidInput
from catalog_graph.hashing import content_hash

MAX_ITEMS = 100
"""Maximum items of each object or list in metadata."""
MAX_TEXT = 1000
MAX_DEPTH = 6


def is_parameter(value: Any) -> bool:
    """Return True if a value from outside the run is a parameter (None, a number or a text) rather than an artifact."""
    return value is None or isinstance(value, bool | int | float | str)


def is_distinctive(value: Any) -> bool:
    """Return True if equal values are the same artifact; numbers, texts and empty values may be equal by chance."""
    try:
        return not is_parameter(value) and (not hasattr(value, "__len__") or len(value) > 0)
    except Exception:
        return True


def hash_of(value: Any) -> str:
    """Return the content hash of a value, or of an asset's data; empty if it cannot be hashed."""
    from flowyml.assets.base import Asset  # type: ignore[import-untyped]
    from flowyml.core.types import Artifact  # type: ignore[import-untyped]

    data = value.data if isinstance(value, Asset | Artifact) else value
    if data is None and isinstance(value, Asset):
        data = getattr(value, "content", None)  # a report has its data there
    if data is None:
        return ""
    try:
        return content_hash(data)
    except InvalidInput:
        return ""


def metrics_of(value: Any, name: str) -> dict[str, Any]:
    """Return the numbers in an output that FlowyML itself tracks: of metrics, of a mapping, or a single number."""
    from flowyml.assets.checkpoint import Checkpoint  # type: ignore[import-untyped]
    from flowyml.assets.metrics import Metrics  # type: ignore[import-untyped]

    if isinstance(value, Metrics):
        value = value.get_all_metrics()
    elif isinstance(value, Checkpoint):
        value = value.checkpoint_metrics
    if isinstance(value, Mapping):
        numbers = {key: item for key, item in value.items() if isinstance(key, str) and _is_number(item)}
        return as_json(numbers) if len(numbers) <= MAX_ITEMS else {}
    return {name: as_json(value)} if _is_number(value) else {}


def as_json(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return `value` for metadata: exact if it is short and JSON can hold it, else shortened or as its type's name."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str | Path):
        return text_of(str(value))
    if isinstance(value, Mapping) and depth:
        items = list(value.items())[:MAX_ITEMS]
        return {text_of(str(key)): as_json(item, depth - 1) for key, item in items}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [as_json(item, depth - 1) for item in list(value)[:MAX_ITEMS]]
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return as_json(value.item(), depth - 1) if depth else None
    return f"<{type(value).__module__}.{type(value).__qualname__}>"


def text_of(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` without control characters and lone surrogates, cut to `limit` characters."""
    clean = text.encode("utf-8", "replace").decode()
    if not clean.isprintable():
        clean = "".join(c if ord(c) >= 32 and ord(c) != 127 else " " for c in clean)
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def _is_number(value: Any) -> bool:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    return isinstance(value, int | float) and not isinstance(value, bool)
