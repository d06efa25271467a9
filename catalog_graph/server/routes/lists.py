"""Many artifacts found: lists, search, the look-up by content."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.checks import MAX_PAGE, checked_limit, checked_object
from catalog_graph.query.tree import Selection
from catalog_graph.server import models
from catalog_graph.server.answers import Answer, entry_answer, page_answer
from catalog_graph.server.bodies import read_object
from catalog_graph.server.paths import ARTIFACTS
from catalog_graph.server.routes.common import READ, Backend, Cursor, problems

router = APIRouter(prefix=ARTIFACTS, tags=["finding"])

Text = Annotated[str, Query(description="A text of the query language.", examples=["stage:production team:fraud"])]
Equal = Annotated[str, Query(description="Must be equal.")]
Tags = Annotated[
    str, Query(description="A JSON object: every tag of it must be equal.", examples=['{"stage": "production"}'])
]
Limit = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 1}),
    Query(description=f"Artifacts on the page; above {MAX_PAGE:,} it is served as {MAX_PAGE:,}."),
]


@router.get("", response_model=models.Page, responses=problems(), dependencies=READ)
def list_artifacts(
    backend: Backend,
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    q: Text = "",
    limit: Limit = "100",
    cursor: Cursor = "",
) -> Answer:
    """The artifacts that match every filter, newest first (where `q` is sent, best first)."""
    chosen = selection(q, artifact_type, source_pipeline, source_step, tags)
    return page_answer(backend.find(chosen, limit=checked_limit(limit or "100"), cursor=cursor or None))


@router.get("/search", response_model=models.Page, responses=problems(), dependencies=READ)
def search(
    backend: Backend,
    q: Text = "",
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    limit: Limit = "50",
    cursor: Cursor = "",
) -> Answer:
    """What matches a text of the query language, best first."""
    chosen = selection(q, artifact_type, source_pipeline, source_step, tags)
    return page_answer(backend.find(chosen, limit=checked_limit(limit or "50"), cursor=cursor or None))


@router.get("/by-hash", response_model=models.Entry | None, responses=problems(), dependencies=READ)
def find_by_content_hash(
    backend: Backend, hash: Annotated[str, Query(description="The content hash; an empty one finds nothing.")] = ""
) -> Answer:
    """The oldest artifact with that content hash, or null."""
    return entry_answer(backend.find_by_content_hash(hash))


def selection(q: str, artifact_type: str, source_pipeline: str, source_step: str, tags: str) -> Selection:
    """What the parameters of a list select."""
    return Selection(
        text=q,
        artifact_type=artifact_type or None,
        source_pipeline=source_pipeline or None,
        source_step=source_step or None,
        tags=_tags(tags),
    )


def _tags(text: str) -> dict[str, Any]:
    if not text:
        return {}
    return checked_object(read_object(text, "tags"), "tags", len(text) * 6)
