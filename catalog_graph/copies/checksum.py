"""The last line of a copy: counts and a checksum of the lines before it, by which damage is found."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from catalog_graph.errors import InvalidInput


class Checksum:
    """Counts and checksum of lines, as they are written or read."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._sha256 = hashlib.sha256()

    def add(self, text: bytes, kind: str) -> None:
        """Add a line with its line break."""
        self.counts[kind] += 1
        self._sha256.update(text)

    def line(self) -> dict[str, Any]:
        """Return the last line."""
        return {"kind": "end", "counts": dict(self.counts), "sha256": self._sha256.hexdigest()}

    def check(self, line: Mapping[str, Any]) -> None:
        """Raise `InvalidInput` unless a last line is that of the lines before it."""
        own = self.line()
        counts = line.get("counts")
        if not isinstance(counts, dict):
            raise InvalidInput("its last line has no counts: it was altered or damaged")
        for kind in sorted({*own["counts"], *counts}):
            if (number := self.counts[kind]) != (expected := counts.get(kind, 0)):
                raise InvalidInput(f"it has {number:,} lines of the kind {kind!r}, but should have {expected}")
        if line.get("sha256") != own["sha256"]:
            raise InvalidInput("its checksum is not the one that was written: it was altered or damaged")
