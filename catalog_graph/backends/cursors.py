"""Where a next page begins, as text that says nothing to anyone else."""

from __future__ import annotations

import base64
import json
from typing import Any

from catalog_graph.errors import InvalidInput


def written(*parts: int | str) -> str:
    """A cursor of these parts."""
    data = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read(cursor: str, *kinds: type) -> list[Any]:
    """The parts of a cursor, of these types; raises `InvalidInput` where it is none."""
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
