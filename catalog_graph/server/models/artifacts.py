"""The shapes of requests and answers: what is taken is typed by them, what is answered is documented by them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalog_graph.artifact import CatalogEntry, OnDuplicate, State
from catalog_graph.checks import MAX_BATCH, MAX_PARENTS, TEXT_LIMITS
from catalog_graph.facets import MAX_VALUES, SAMPLE_SIZE
from catalog_graph.lineage import Direction, StoppedBy

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
_EXAMPLE_ID = "5b0e6a52-7d0c-4f0e-8a43-0c1d5d0d4c1f"
_EXAMPLE_ENTRY: dict[str, Any] = {
    "artifact_id": _EXAMPLE_ID,
    **_EXAMPLE,
    "content_hash": "",
    "created_at": "2026-03-01T12:00:00.000000+00:00",
    "version": "3",
    "recorded_at": "2026-03-01T12:00:00.000000+00:00",
    "state": "registered",
}


def _text(name: str, description: str, default: Any = "") -> Any:
    return Field(default, description=description, json_schema_extra={"maxLength": TEXT_LIMITS[name]})


class _Input(BaseModel):
    """A body: JSON types are taken as they are, never converted; fields that are not known are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _OwnInput(_Input):
    """A body of a route that FlowyML's contract does not have: what is misspelt is refused, not left out."""

    model_config = ConfigDict(extra="forbid")


class ArtifactIn(_Input):
    """An artifact to register. Empty values (`""`, `null`, `{}`, `[]`) mean *not sent*."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE], "required": ["name", "artifact_type"]})

    artifact_id: str = _text("artifact_id", "Minted by the server where it is not sent.")
    name: str = _text("name", "Required.")
    artifact_type: str = _text("artifact_type", "Required; for example `Dataset`, `FeatureSet`, `Model`, `Report`.")
    content_hash: str = _text("content_hash", "A digest of the content, by which duplicates are found.")
    source_step: str = _text("source_step", "The step that made it.")
    source_run_id: str = _text("source_run_id", "The run that made it.")
    source_pipeline: str = _text("source_pipeline", "The pipeline that made it.")
    parent_ids: list[str] = Field([], description="What it was made from.", json_schema_extra={"maxItems": MAX_PARENTS})
    tags: dict[str, Any] = Field({}, description="JSON types are kept exactly. At most 16 KiB.")
    metadata: dict[str, Any] = Field({}, description="At most 1 MiB.")
    uri: str = _text("uri", "Where the content lies; never opened by the service.")
    created_at: str = Field("", description="ISO-8601; read as UTC where it has no offset.")
    version: str | None = _text("version", "Numbered by the store where it is not sent.", None)

    @model_validator(mode="before")
    @classmethod
    def _drop_what_is_not_sent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: v for key, v in data.items() if not (v is None or v == "" or v == {} or v == [])}

    def entry(self) -> CatalogEntry:
        """The same as an entry."""
        return CatalogEntry(**{name: getattr(self, name) for name in ArtifactIn.model_fields})


class RegisterIn(ArtifactIn):
    """An artifact to register, and what to do where another one has the same content hash."""

    on_duplicate: OnDuplicate | None = Field(None, description="As the parameter of that name, which may say it too.")


class BatchIn(_OwnInput):
    """Artifacts to register, all or none. What is wrong with any of them is told at once, so each is read later."""

    artifacts: list[dict[str, Any]] = Field(json_schema_extra={"maxItems": MAX_BATCH})
    on_duplicate: OnDuplicate = "warn"


class TagsIn(_OwnInput):
    """Changes of the tags of many artifacts, all or none."""

    tags: dict[str, dict[str, Any]] = Field(
        {}, description="By artifact id, the tags to set.", examples=[{_EXAMPLE_ID: {"stage": "production"}}]
    )
    remove: dict[str, list[str]] = Field({}, description="By artifact id, the keys of tags to remove.")


class TagsOut(BaseModel):
    """By artifact id, all tags that it has now."""

    tags: dict[str, dict[str, Any]]


class IdsIn(_OwnInput):
    """Artifacts to look up."""

    artifact_ids: list[str] = Field(json_schema_extra={"maxItems": MAX_BATCH}, examples=[[_EXAMPLE_ID]])


class ParentsIn(_OwnInput):
    """Edges to add."""

    parent_ids: list[str] = Field(json_schema_extra={"maxItems": MAX_PARENTS}, examples=[[_EXAMPLE_ID]])


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


class Facet(BaseModel):
    """How many artifacts have each value of a field or a tag."""

    values: dict[str, int] = Field(description=f"The most first, then by value; at most {MAX_VALUES} values.")
    other: int = Field(description="What the counts of all other values add up to.")
    distinct: int = Field(description="How many different values there are.")


class Facets(BaseModel):
    """What is found, counted."""

    counted: int = Field(description=f"How many artifacts were counted: all, or the newest {SAMPLE_SIZE:,}.")
    complete: bool = Field(description="Whether that is all that match.")
    by: dict[str, Facet]


class Page(BaseModel):
    """A page of a list or a search; where it is not complete, `cursor` leads to the next."""

    items: list[Entry]
    complete: bool
    cursor: str | None
    total: int | None = Field(description="How many there are on all pages; null where it was not asked for.")
    facets: Facets | None = Field(description="Null where none were asked for.")
    did_you_mean: str | None = Field(
        description="On the first page, where the query has words that nothing contains: the query with words that "
        "exist, if it then finds something."
    )


class Registration(BaseModel):
    """What became of one entry."""

    artifact_id: str = Field(examples=[_EXAMPLE_ID])
    created: bool = Field(description="False where it was merged into an artifact of that id.")
    version: str | None = Field(examples=["3"])
    duplicate_of: str | None = Field(description="The oldest other artifact with the same content hash.")


class Registrations(BaseModel):
    """What became of a batch, in the order it was sent."""

    items: list[Registration]


class Entries(BaseModel):
    """Artifacts in the order asked for; null for an id that is not registered."""

    items: list[Entry | None]


class Neighbours(BaseModel):
    """An artifact, its direct parents (in the order given) and children (oldest first), in any state."""

    artifact: Entry
    parents: list[Entry]
    children: list[Entry]


class Card(BaseModel):
    """What a lineage says of each artifact."""

    artifact_id: str
    name: str
    artifact_type: str
    version: str | None
    created_at: str
    depth: int
    state: State


class _LineageHead(BaseModel):
    root: Card
    direction: Direction
    total: int = Field(description="How many artifacts lie within the depth asked for.")
    complete: bool
    stopped_by: StoppedBy | None
    cursor: str | None
    changed: bool = Field(description="Whether the lineage changed since the page that the cursor came from.")


class LineageCards(_LineageHead):
    """A lineage as a list of cards and of edges (child, parent)."""

    nodes: list[Card]
    edges: list[tuple[str, str]]


class CardColumns(BaseModel):
    """Cards, one list a field."""

    artifact_id: list[str]
    name: list[str]
    artifact_type: list[str]
    version: list[str | None]
    created_at: list[str]
    depth: list[int]
    state: list[State]


class EdgePositions(BaseModel):
    """Edges by position: 0 the root, 1 to N the nodes, then the `earlier` ids."""

    children: list[int]
    parents: list[int]
    earlier: list[str]


class LineageColumns(_LineageHead):
    """A lineage as columns, for large answers."""

    columns: CardColumns
    edge_positions: EdgePositions


class Deleted(BaseModel):
    """What was deleted."""

    artifact_id: str
    deleted: Literal[True]


class Health(BaseModel):
    """Whether the process runs, or the store answers; the rest is shown to those with a key."""

    status: Literal["ok", "ready"]
    version: str | None = Field(default=None, description="Of the service.")
    scopes: list[str] | None = Field(default=None, description="What the key allows; all, where none is needed.")
    store: dict[str, Any] | None = None


class Problem(BaseModel):
    """An RFC 9457 problem document; some codes have members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    code: str
