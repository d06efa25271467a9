"""Base classes of request bodies."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Input(BaseModel):
    """A request body: JSON types are not converted, unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class StrictInput(Input):
    """A body of a route that FlowyML's contract does not have: an unknown field is refused, it may be a misspelling."""

    model_config = ConfigDict(extra="forbid")
