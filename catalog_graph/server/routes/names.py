"""What people write instead of ids: references, and the history of a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.checks import MAX_PAGE, checked_limit
from catalog_graph.server.models import names as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import Answer
from catalog_graph.server.routes.common import READ, Backend, Cursor, problems, required

router = APIRouter(prefix=CATALOG, tags=["names"])


@router.get("/resolve", response_model=models.Resolved, responses=problems(404), dependencies=READ)
def resolve(
    backend: Backend,
    reference: Annotated[
        str,
        Query(
            description="An id, a name, `name:v3`, `name:latest` or `name@alias`.", examples=["fraud_detector:latest"]
        ),
    ] = "",
) -> Answer:
    """The id of the artifact that a reference stands for."""
    [given] = required([reference] if reference else [], "reference")
    return Answer({"reference": given, "artifact_id": backend.resolve(given)})


@router.get("/versions", response_model=models.Versions, responses=problems(404), dependencies=READ)
def versions(
    backend: Backend,
    name: Annotated[str, Query(description="The name, whole and in its case.", examples=["fraud_detector"])] = "",
    limit: Annotated[
        str,
        WithJsonSchema({"type": "integer", "minimum": 1}),
        Query(description=f"Versions on the page; above {MAX_PAGE:,} it is served as {MAX_PAGE:,}."),
    ] = "100",
    cursor: Cursor = "",
) -> Answer:
    """The artifacts of a name, newest first, each with what changed since the one before."""
    [given] = required([name] if name else [], "name")
    return Answer(backend.versions(given, limit=checked_limit(limit or "100"), cursor=cursor or None).to_dict())
