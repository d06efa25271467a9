"""The shapes of requests and answers about aliases."""

from __future__ import annotations

from pydantic import BaseModel, Field

from catalog_graph.aliases import MAX_ALIAS
from catalog_graph.checks import TEXT_LIMITS
from catalog_graph.server.models.artifacts import _OwnInput


class AliasIn(_OwnInput):
    """An alias to point to an artifact."""

    name: str = Field(description="The artifact's name.", json_schema_extra={"maxLength": TEXT_LIMITS["name"]})
    alias: str = Field(examples=["champion"], json_schema_extra={"maxLength": MAX_ALIAS})
    artifact_id: str = Field(description="An id, or a reference; it has to be registered under that name.")
    expected: str | None = Field(
        None, description="The artifact that has to hold it now, by id or reference; null where it has to be free."
    )
    by: str = Field("", description="Who moves it; the name of the API key is added where keys are on.")


class Alias(BaseModel):
    """An alias that is set."""

    name: str
    alias: str = Field(examples=["champion"])
    artifact_id: str
    by: str
    at: str


class AliasMove(BaseModel):
    """What became of an alias."""

    name: str
    alias: str = Field(examples=["champion"])
    before: str | None = Field(description="The artifact that held it, null where it was free.")
    after: str | None = Field(description="The one that holds it since, null where it was unset.")
    by: str
    at: str


class AliasPage(BaseModel):
    """A page of aliases, by name and alias."""

    items: list[Alias]
    complete: bool
    cursor: str | None


class AliasHistory(BaseModel):
    """A page of moves, the last one first."""

    items: list[AliasMove]
    complete: bool
    cursor: str | None
