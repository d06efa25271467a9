"""Routes for worklists of what must go with an artifact; `routes.answers` has the one that reads a worklist."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from catalog_graph.answers.erasure import Erasure
from catalog_graph.checks import checked_limit
from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.models import erasure as models
from catalog_graph.server.models.answers import response_model
from catalog_graph.server.paths import ARTIFACTS, CATALOG, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import READ, WRITE, Backend, Exact, Positive, RequestCaller, problems

_ARTIFACT = f"{ARTIFACTS}/{{artifact_id}}"
ListLimit = Annotated[str, Positive, Query(description="Maximum items to list, open ones first.")]


class ErasureRoute(JsonRoute):
    """A route that walks the lineage of an artifact."""

    reading = "traversals"


router = APIRouter(tags=["erasure"], route_class=ErasureRoute)


@router.get(f"{CATALOG}/erasures", response_model=models.KeptErasures, responses=problems(), dependencies=READ)
def erasures(backend: Backend) -> JsonResponse:
    """List the worklists that are kept, the newest first."""
    return JsonResponse({"items": [kept.to_dict() for kept in backend.erasures()]})


@router.post(
    f"{_ARTIFACT}/open-erasure",
    response_model=response_model(Erasure),
    responses=problems(404, 413, 415),
    dependencies=WRITE,
)
def open_erasure(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    caller: RequestCaller,
    body: models.OpenErasureIn,
    limit: ListLimit = "1000",
) -> JsonResponse:
    """Keep what must go with an artifact as a worklist; one that is kept already takes in what has come since."""
    erasure = backend.open_erasure(
        artifact_id,
        by=caller.signature(body.by),
        reason=body.reason,
        limit=checked_limit(limit or "1000"),
        exact=exact,
    )
    return JsonResponse(erasure.to_dict())


@router.post(
    f"{_ARTIFACT}/mark-erased",
    response_model=response_model(Erasure),
    responses=problems(404, 413, 415),
    dependencies=WRITE,
)
def mark_erased(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    caller: RequestCaller,
    body: models.MarkErasedIn,
    limit: ListLimit = "1000",
) -> JsonResponse:
    """Say that items of a kept worklist are done: those named, or all that the catalog no longer has."""
    erasure = backend.mark_erased(
        artifact_id,
        body.items,
        by=caller.signature(body.by),
        note=body.note,
        limit=checked_limit(limit or "1000"),
        exact=exact,
    )
    return JsonResponse(erasure.to_dict())
