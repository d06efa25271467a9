"""Response bodies of the health checks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The state of the process or of the store; the optional fields are shown to requests with an API key."""

    status: Literal["ok", "ready"]
    version: str | None = Field(default=None, description="The version of the service.")
    scopes: list[str] | None = Field(
        default=None, description="The scopes of the API key; all scopes if the service has no keys."
    )
    key_expires_at: str | None = Field(default=None, description="Instant at which the API key ends, if it does.")
    store: dict[str, Any] | None = None
