"""Response bodies about lineage: direct neighbours, upstream and downstream."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from catalog_graph.artifact import State
from catalog_graph.lineage import Direction, StoppedBy
from catalog_graph.server.models.artifacts import Entry


class Neighbours(BaseModel):
    """An artifact, its direct parents (in their stored order) and children (oldest first), in any state."""

    artifact: Entry
    parents: list[Entry]
    children: list[Entry]


class Card(BaseModel):
    """The summary of an artifact in a lineage."""

    artifact_id: str
    name: str
    artifact_type: str
    version: str | None
    created_at: str
    depth: int
    state: State
    aliases: list[str] = Field(description="The aliases that it holds now, sorted; none as of an instant.")


class _LineageHead(BaseModel):
    root: Card
    direction: Direction
    total: int = Field(description="The number of artifacts within the requested depth.")
    complete: bool
    stopped_by: StoppedBy | None
    cursor: str | None
    changed: bool = Field(description="True if the lineage changed since the page that returned the cursor.")
    how: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="The rules by which events made edges, by child and parent; left out if none."
    )
    column_names: dict[str, list[str]] = Field(
        default_factory=dict, description="The columns that `column` was made from, by artifact; left out without it."
    )


class LineageCards(_LineageHead):
    """A lineage as a list of cards and of edges (child, parent)."""

    nodes: list[Card]
    edges: list[tuple[str, str]]


class CardColumns(BaseModel):
    """Cards, one list for each field."""

    artifact_id: list[str]
    name: list[str]
    artifact_type: list[str]
    version: list[str | None]
    created_at: list[str]
    depth: list[int]
    state: list[State]


class EdgePositions(BaseModel):
    """Edges by position: 0 is the root, 1 to N are the nodes, then come the `earlier` ids."""

    children: list[int]
    parents: list[int]
    earlier: list[str]


class LineageColumns(_LineageHead):
    """A lineage as columns, for large responses."""

    columns: CardColumns
    aliases: dict[str, list[str]] = Field(description="The aliases of those nodes that hold any, by id.")
    edge_positions: EdgePositions


class ProvDocument(BaseModel):
    """A lineage as a PROV-JSON document of the W3C; it has a member for each kind of statement."""

    model_config = ConfigDict(extra="allow")

    prefix: dict[str, str]
    entity: dict[str, dict[str, Any]]
