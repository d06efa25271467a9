"""API keys of a service, as its store keeps them: hashes, names and scopes, and when they end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key; instants are microseconds since 1970."""

    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    name: str
    scope: str
    """Scopes, joined by `+`."""
    created_at: int
    created_by: str
    """Name of the key that made it."""
    expires_at: int | None = None
    used_at: int | None = None
