"""The shapes of the answers about names, as they are documented."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from catalog_graph.server.models.artifacts import Entry


class Resolved(BaseModel):
    """What a reference stands for."""

    reference: str
    artifact_id: str


class Changes(BaseModel):
    """What changed since the version before."""

    since: str = Field(description="The id of the version before.")
    content: Literal["same", "changed", "unknown"] = Field(description="`unknown` where either has no content hash.")
    fields: dict[str, list[str]] = Field(description="By name, each field that differs: what it was and what it is.")
    tags_added: dict[str, Any]
    tags_removed: dict[str, Any]
    tags_changed: dict[str, list[Any]] = Field(description="By key: what the value was and what it is.")
    metadata_added: list[str] = Field(description="Keys.")
    metadata_removed: list[str]
    metadata_changed: list[str]
    parents_added: list[str]
    parents_removed: list[str]


class Version(BaseModel):
    """One artifact of a name."""

    artifact: Entry
    changes: Changes | None = Field(description="Null for the first version.")


class Versions(BaseModel):
    """A page of the artifacts of a name, newest first; where it is not complete, `cursor` leads to the next."""

    name: str
    items: list[Version]
    complete: bool
    cursor: str | None
