"""SHA-256 over a sequence of parts, each with its length."""

from __future__ import annotations

import hashlib
from typing import Any


class Framed:
    """SHA-256 over a kind and parts, each preceded by its length, so that different parts never yield equal bytes."""

    def __init__(self, kind: str, *parts: bytes | str | int) -> None:
        self._sha = hashlib.sha256(b"catalog_graph content 1\n")
        self.part(kind)
        for part in parts:
            self.part(part)

    def part(self, value: bytes | str | int) -> None:
        """Append a part."""
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        self._sha.update(len(data).to_bytes(8, "little"))
        self._sha.update(data)

    def raw(self, data: Any) -> None:
        """Append a buffer without its length: a piece of the last part, whose length follows from earlier parts."""
        self._sha.update(data)

    def digest(self) -> bytes:
        """Return the digest of all parts, 32 bytes."""
        return self._sha.digest()
