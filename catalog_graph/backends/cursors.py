"""Cursors: the start of a next page, as opaque text."""

from __future__ import annotations

import base64
import json
from typing import Any

from catalog_graph.errors import InvalidInput


def encode(*parts: int | str) -> str:
    """Return the cursor of these parts."""
    data = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[Any]:
    """Return the parts of a cursor, which have these types. Raises `InvalidInput` for any other text."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(data)
    except (ValueError, RecursionError):
        parts = None
    if isinstance(parts, list) and [type(part) for part in parts] == list(kinds) and _fits(parts):
        return parts
    raise InvalidInput(f"cursor {cursor[:80]!r} cannot be read; use one that an answer gave", field="cursor")


def _fits(parts: list[Any]) -> bool:
    try:
        return all(abs(part) < 2**63 if isinstance(part, int) else len(part.encode()) < 10_000 for part in parts)
    except UnicodeEncodeError:
        return False
