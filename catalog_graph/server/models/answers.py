"""The shapes of the answers to questions about lineage, as they are documented."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from catalog_graph.server.models.lineage import Card, LineageCards, LineageColumns


class Listed(BaseModel):
    """Artifacts, nearest first; `total` says how many there are, however many are listed."""

    nodes: list[Card]
    total: int
    complete: bool


class Production(BaseModel):
    """What is reached and matches the query, the nearest with a shortest path from the artifact to it."""

    query: str
    total: int
    paths: list[list[Card]]
    complete: bool


class Copies(BaseModel):
    """Other artifacts with the same content, and what comes from them alone."""

    copies: Listed
    reached: Listed


class Impact(BaseModel):
    """Everything downstream, counted, and the nearest of it."""

    lineage: LineageCards | LineageColumns
    by_type: dict[str, int]
    by_pipeline: dict[str, int]
    by_depth: dict[str, int]
    by_tag: dict[str, dict[str, int]] = Field(description="By tag key and value, for each `tag_key`.")
    production: Production
    copies: Copies | None = Field(description="Null where it was not asked for.")
    complete: bool


class Paths(BaseModel):
    """The ways from one artifact down to another, the shortest first."""

    source: Card
    target: Card
    count: str | None = Field(
        description="Exactly, in decimal digits; null where a cycle makes them endless, or where they are not counted."
    )
    paths: list[list[Card]]
    counted: bool = Field(description="Whether all were looked for; if not, one of the shortest is all that is listed.")
    complete: bool
    cyclic: bool


class Pair(BaseModel):
    """Two artifacts that stand for the same thing, and what differs: left value, right value."""

    left: Card
    right: Card
    same_content: bool
    tags: dict[str, tuple[Any, Any]] | None = Field(description="Null where they were not compared.")
    metadata: dict[str, tuple[Any, Any]] | None = Field(description="Null where it was not compared.")


class Difference(BaseModel):
    """Two ancestries side by side."""

    left: Card
    right: Card
    common: Listed
    pairs: list[Pair]
    pairs_total: int
    only_left: Listed
    only_right: Listed
    parts_left: Listed = Field(description="What is not shared although all its parents are: where the left parts.")
    parts_right: Listed = Field(description="The same of the right.")
    complete: bool


class ChokePoints(BaseModel):
    """Artifacts through which every path from a source runs, nearest first."""

    root: Card
    points: list[Card]
    sources: int
    complete: bool


class WhatIf(BaseModel):
    """What would be lost if some artifacts went away."""

    root: Card
    without: list[Card]
    lost: Listed = Field(description="Upstream artifacts that no path would lead to any more.")
    sources: int
    sources_left: int
    cut_off: Listed = Field(description="Downstream artifacts that would not derive from it any more.")
    sourceless: Listed = Field(description="Of it and what is downstream, what no source would lead to any more.")
    complete: bool
