"""Response bodies about references and versions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from catalog_graph.server.models.artifacts import Entry


class Resolution(BaseModel):
    """A reference and the id of the artifact that it names."""

    reference: str
    artifact_id: str


class Changes(BaseModel):
    """The differences from the version before."""

    since: str = Field(description="The id of the version before.")
    content: Literal["same", "changed", "unknown"] = Field(
        description="`unknown` if one of the two has no content hash."
    )
    fields: dict[str, list[str]] = Field(description="Each field that differs: its value before and its value now.")
    tags_added: dict[str, Any]
    tags_removed: dict[str, Any]
    tags_changed: dict[str, list[Any]] = Field(description="By key: the value before and the value now.")
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
    """A page of the artifacts of a name, newest first; unless it is complete, `cursor` leads to the next page."""

    name: str
    items: list[Version]
    complete: bool
    cursor: str | None
