"""Bodies and responses about API keys."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from catalog_graph.server.models.base import StrictInput

EXPIRES = "Instant at which the key ends (ISO 8601); without it, the key does not end."


class KeyIn(StrictInput):
    """A new key."""

    name: str = Field(description="Name of the person or program that gets the key.", examples=["ci"])
    scope: str = Field(default="write", description="`read`, `write` or `admin`; each includes those before it.")
    expires_at: str | None = Field(default=None, description=EXPIRES)


class RotationIn(StrictInput):
    """A new key for a name, and how long its keys of before stay valid."""

    grace_seconds: int = Field(default=86400, ge=0, le=366 * 86400, description="Seconds until the keys of before end.")
    expires_at: str | None = Field(default=None, description=EXPIRES)


class Key(BaseModel):
    """A key, which the service itself does not know: it keeps a hash."""

    id: str = Field(description="The first 8 digits of its SHA-256.")
    name: str
    scope: str
    source: Literal["store", "settings"] = Field(
        description="`settings`: the key file or the environment of the service, where it is also revoked."
    )
    state: Literal["active", "ended"]
    created_at: str | None
    created_by: str | None = Field(description="Name of the key by which it was made.")
    expires_at: str | None
    last_used_at: str | None = Field(
        description="Last use, up to a minute old; of keys of the settings, since this replica started."
    )


class Keys(BaseModel):
    """All keys."""

    items: list[Key]


class NewKey(Key):
    """A new key."""

    key: str = Field(description="The key itself, which is shown this once.")


class EndedKeys(BaseModel):
    """Keys that were revoked, now or before."""

    revoked: list[Key]
