"""Health checks for load balancers and orchestrators."""

from __future__ import annotations

from fastapi import APIRouter, Request

from catalog_graph.errors import CatalogError, StoreUnavailable
from catalog_graph.instants import from_microseconds
from catalog_graph.server.keys import ApiKey
from catalog_graph.server.models import health as models
from catalog_graph.server.openapi import operation_id
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import Backend, problem_responses
from catalog_graph.version import __version__

router = APIRouter(tags=["health"], generate_unique_id_function=operation_id)


@router.get("/healthz", response_model=models.Health, response_model_exclude_none=True)
async def healthz() -> JsonResponse:
    """Report that the process runs, without a request to the store."""
    return JsonResponse({"status": "ok"})


@router.get("/readyz", response_model=models.Health, responses=problem_responses(503))
def readyz(request: Request, backend: Backend) -> JsonResponse:
    """Check that the store answers and has its schema; with an API key, also describe store and scopes."""
    key: ApiKey | None = request.state.api_key
    try:
        store = backend.check()
    except CatalogError as error:
        reason = error.message if key else "the store does not answer; send an API key to see why"
        raise StoreUnavailable(reason) from error
    if key is None:
        return JsonResponse({"status": "ready"})
    end = {} if key.expires_at is None else {"key_expires_at": from_microseconds(key.expires_at)}
    scopes = sorted(key.scopes)
    return JsonResponse({"status": "ready", "version": __version__, "scopes": scopes, **end, "store": store})
