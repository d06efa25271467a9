"""The shapes of the picture of a lineage."""

from __future__ import annotations

from pydantic import BaseModel, Field

from catalog_graph.server.models.lineage import Card


class Side(BaseModel):
    """The parents or the children of a box: how many are drawn, and how many exist."""

    drawn: int
    total: int


class Box(BaseModel):
    """One artifact in the picture."""

    card: Card
    x: float = Field(description="The centre of the box, in pixels.")
    y: float
    parents: Side
    children: Side
    recorded_at: str
    stage: str | None
    aliases: list[str]
    metric: float | None = Field(description="The number that `metric` names.")
    matches: bool = Field(description="Whether it matches `where`.")


class Curve(BaseModel):
    """One edge, from the parent's box to the child's."""

    child: str
    parent: str
    path: str = Field(description="The `d` of an SVG path.")


class Picture(BaseModel):
    """Boxes and curves around an artifact, parents on the left."""

    root: Card
    width: float
    height: float
    box_width: float
    box_height: float
    boxes: list[Box]
    curves: list[Curve]
    complete: bool = Field(description="Whether every parent and child of every box is drawn.")
    most: int = Field(description="The maximum number of boxes.")


class Reach(BaseModel):
    """The registered artifacts on one side of an artifact, at any depth."""

    total: int
    by_type: dict[str, int]
    by_pipeline: dict[str, int]
    by_depth: dict[str, int]
    gone: dict[str, int] = Field(description="Artifacts that are not registered, by state; no other count has them.")


class Extent(BaseModel):
    """The two sides of an artifact."""

    root: Card
    upstream: Reach
    downstream: Reach
