"""SHA-256 over parts whose boundaries count."""

from __future__ import annotations

import hashlib
from typing import Any


class Framed:
    """SHA-256 over a kind and parts, each with its length in front, so that no two lists of parts run together."""

    def __init__(self, kind: str, *parts: bytes | str | int) -> None:
        self._sha = hashlib.sha256(b"catalog_graph content 1\n")
        self.part(kind)
        for part in parts:
            self.part(part)

    def part(self, value: bytes | str | int) -> None:
        """Put one more part behind the others."""
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        self._sha.update(len(data).to_bytes(8, "little"))
        self._sha.update(data)

    def raw(self, data: Any) -> None:
        """Put a piece of a last part, whose length the parts before it imply: any buffer of bytes."""
        self._sha.update(data)

    def digest(self) -> bytes:
        """The 32 bytes for all that was put."""
        return self._sha.digest()
