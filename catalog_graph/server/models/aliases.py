"""Request and response bodies about aliases."""

from __future__ import annotations

from pydantic import BaseModel, Field

from catalog_graph.aliases import MAX_ALIAS
from catalog_graph.checks import TEXT_LIMITS
from catalog_graph.server.models.base import StrictInput


class AliasIn(StrictInput):
    """An alias and the artifact that it shall point to."""

    name: str = Field(
        description="The artifact's name.", json_schema_extra={"minLength": 1, "maxLength": TEXT_LIMITS["name"]}
    )
    alias: str = Field(examples=["champion"], json_schema_extra={"minLength": 1, "maxLength": MAX_ALIAS})
    artifact_id: str = Field(
        description="The id or reference of an artifact that is registered under that name.",
        json_schema_extra={"minLength": 1},
    )
    expected: str | None = Field(
        None,
        description="Move the alias only if it points to this artifact now (id or reference), or with null only if it "
        "points to none. Without this field the alias is moved in any case.",
    )
    by: str = Field("", description="Who moves it; the service appends the name of the API key, if there is one.")


class Alias(BaseModel):
    """An alias that points to an artifact."""

    name: str
    alias: str = Field(examples=["champion"])
    artifact_id: str
    by: str
    at: str


class AliasMove(BaseModel):
    """One move of an alias from one artifact to another."""

    name: str
    alias: str = Field(examples=["champion"])
    before: str | None = Field(description="The artifact that held the alias before; null if none did.")
    after: str | None = Field(description="The artifact that holds the alias since; null if it was unset.")
    by: str
    at: str


class AliasPage(BaseModel):
    """A page of aliases, by name and alias."""

    items: list[Alias]
    complete: bool
    cursor: str | None


class AliasHistory(BaseModel):
    """A page of moves, the newest first."""

    items: list[AliasMove]
    complete: bool
    cursor: str | None
