"""Request and response bodies about many artifacts at once."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from catalog_graph.artifact import OnDuplicate
from catalog_graph.checks import MAX_BATCH
from catalog_graph.server.models.artifacts import EXAMPLE_ID, Entry, Registration
from catalog_graph.server.models.base import StrictInput, Texts


class BatchIn(StrictInput):
    """Artifacts to register, all or none; the response to an invalid batch lists all its errors."""

    artifacts: list[dict[str, Any]] = Field(json_schema_extra={"maxItems": MAX_BATCH})
    on_duplicate: OnDuplicate = "warn"


class Registrations(BaseModel):
    """The results of registering a batch, in its order."""

    items: list[Registration]


class IdsIn(StrictInput):
    """Ids to look up."""

    artifact_ids: Texts = Field(json_schema_extra={"maxItems": MAX_BATCH}, examples=[[EXAMPLE_ID]])
    deleted: bool = Field(
        False, description="Also those that were deleted, as they were before; of one that was purged, its id alone."
    )


class Entries(BaseModel):
    """Artifacts in the order of the requested ids; null for an id that has none."""

    items: list[Entry | None]


class TagChangesIn(StrictInput):
    """Changes to the tags of many artifacts, all or none."""

    tags: dict[str, dict[str, Any]] = Field(
        {}, description="The tags to set, by artifact id.", examples=[{EXAMPLE_ID: {"stage": "production"}}]
    )
    remove: dict[str, Texts] = Field({}, description="The tag keys to remove, by artifact id.")


class TagsById(BaseModel):
    """All tags of each changed artifact, by its id."""

    tags: dict[str, dict[str, Any]]
