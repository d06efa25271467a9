"""Request and response bodies about one artifact."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalog_graph.artifact import OnDuplicate, State
from catalog_graph.checks import CLEARABLE_FIELDS, MAX_PARENTS, TEXT_LIMITS
from catalog_graph.server.models.base import Ids, Input, StrictInput, Texts

_EXAMPLE: dict[str, Any] = {
    "name": "fraud_detector",
    "artifact_type": "Model",
    "source_step": "train",
    "source_run_id": "run-42",
    "source_pipeline": "fraud",
    "parent_ids": ["9f1c6c1e-6f0e-4c7e-9a43-5d0d4c1f4b7a"],
    "tags": {"stage": "production", "f1_score": 0.94},
    "metadata": {"framework": "xgboost"},
    "uri": "s3://models/fraud_detector/3",
}
EXAMPLE_ID = "5b0e6a52-7d0c-4f0e-8a43-0c1d5d0d4c1f"
_EXAMPLE_ENTRY: dict[str, Any] = {
    "artifact_id": EXAMPLE_ID,
    **_EXAMPLE,
    "content_hash": "",
    "created_at": "2026-03-01T12:00:00.000000+00:00",
    "version": "3",
    "recorded_at": "2026-03-01T12:00:00.000000+00:00",
    "state": "registered",
    "aliases": ["champion"],
}


def _text(name: str, description: str, default: Any = "", **schema: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"maxLength": TEXT_LIMITS[name], **schema})


class ArtifactIn(Input):
    """An artifact to register. Empty values (`""`, `null`, `{}`, `[]`) mean *not set*."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [_EXAMPLE], "required": ["name", "artifact_type"]}
    )

    artifact_id: str = _text("artifact_id", "A new id if it is not set.")
    name: str = _text("name", "Required.", minLength=1)
    artifact_type: str = _text(
        "artifact_type", "Required; for example `Dataset`, `FeatureSet`, `Model`, `Report`.", minLength=1
    )
    content_hash: str = _text("content_hash", "A digest of the content, by which duplicates are found.")
    source_step: str = _text("source_step", "The step that made it.")
    source_run_id: str = _text("source_run_id", "The run that made it.")
    source_pipeline: str = _text("source_pipeline", "The pipeline that made it.")
    parent_ids: Ids = Field(
        [], description="The ids of the artifacts that it was made from.", json_schema_extra={"maxItems": MAX_PARENTS}
    )
    parents: Ids = Field(
        [],
        description="The same by references, such as `raw:v3`; 404 if one is not found.",
        json_schema_extra={"maxItems": MAX_PARENTS},
    )
    tags: dict[str, Any] = Field({}, description="At most 16 KiB. JSON types are kept exactly.")
    metadata: dict[str, Any] = Field({}, description="At most 1 MiB.")
    uri: str = _text("uri", "Where the content is; the service never opens it.")
    created_at: str = Field("", description="ISO-8601; UTC if it has no offset.")
    version: str | None = _text("version", "The next number if it is not set.", None)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty_values(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: v for key, v in data.items() if not (v is None or v == "" or v == {} or v == [])}


class RegisterIn(ArtifactIn):
    """An artifact to register, and the treatment of another artifact with the same content hash."""

    on_duplicate: OnDuplicate | None = Field(None, description="The same as the query parameter of that name.")


class ParentsIn(StrictInput):
    """Parents to add to an artifact."""

    parent_ids: Ids = Field([], json_schema_extra={"maxItems": MAX_PARENTS}, examples=[[EXAMPLE_ID]])
    parents: Ids = Field(
        [],
        description="The same by references; 404 if one is not found.",
        json_schema_extra={"maxItems": MAX_PARENTS},
        examples=[["raw:v3"]],
    )


class UnsetIn(StrictInput):
    """Metadata and fields to remove from an artifact."""

    metadata: Texts = Field([], description="Metadata keys to remove; missing keys are ignored.", examples=[["rows"]])
    fields: Texts = Field(
        [],
        description="Fields to clear.",
        json_schema_extra={"items": {"type": "string", "enum": list(CLEARABLE_FIELDS)}},
        examples=[["uri"]],
    )


class Entry(BaseModel):
    """An artifact."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_ENTRY]})

    artifact_id: str
    name: str
    artifact_type: str
    content_hash: str
    source_step: str
    source_run_id: str
    source_pipeline: str
    parent_ids: list[str]
    tags: dict[str, Any]
    metadata: dict[str, Any]
    uri: str
    created_at: str
    version: str | None
    recorded_at: str
    state: State
    aliases: list[str] = Field(description="The aliases that it holds.")


class ChildEntry(Entry):
    """An artifact after parents were added to it."""

    warnings: list[str] = Field(description="Parents of the request that are not registered.")


class Registration(BaseModel):
    """The result of registering one artifact."""

    artifact_id: str = Field(examples=[EXAMPLE_ID])
    created: bool = Field(description="False if it was merged into the artifact of that id.")
    version: str | None = Field(examples=["3"])
    duplicate_of: str | None = Field(description="The oldest other artifact with the same content hash.")
    warnings: list[str] = Field(
        description="For the caller to know, such as an unregistered parent; at most 20, and a count of the others."
    )


class Purge(BaseModel):
    """The result of purging an artifact."""

    artifact_id: str
    purged: Literal[True]


class Deletion(BaseModel):
    """The result of deleting an artifact."""

    artifact_id: str
    deleted: Literal[True]
