"""Routes for names: resolve a reference, and list the versions of a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from catalog_graph.checks import checked_limit
from catalog_graph.server.models import names as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.route_classes import CatalogRoute
from catalog_graph.server.routes.aliases import MandatoryName
from catalog_graph.server.routes.common import MANDATORY, READ, Backend, Cursor, Exact, PageLimit, problems, required

router = APIRouter(prefix=CATALOG, tags=["names"], route_class=CatalogRoute)


@router.get("/resolve", response_model=models.Resolution, responses=problems(404), dependencies=READ)
def resolve(
    backend: Backend,
    exact: Exact,
    reference: Annotated[
        str,
        Query(
            description="An id, a name, `name:v3`, `name:latest` or `name@alias`.",
            examples=["fraud_detector:latest"],
            json_schema_extra=MANDATORY,
        ),
    ] = "",
) -> JsonResponse:
    """Get the id of the artifact that a reference names."""
    reference = required(reference, "reference")
    return JsonResponse({"reference": reference, "artifact_id": backend.resolve(reference, exact=exact)})


@router.get("/versions", response_model=models.Versions, responses=problems(404), dependencies=READ)
def versions(backend: Backend, name: MandatoryName = "", limit: PageLimit = "100", cursor: Cursor = "") -> JsonResponse:
    """List the artifacts of a name, newest first, each with the changes since the version before."""
    page = backend.versions(required(name, "name"), limit=checked_limit(limit or "100"), cursor=cursor or None)
    return JsonResponse(page.to_dict())
