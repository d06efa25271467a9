"""Whether the process runs, and whether the store answers: for load balancers and orchestrators."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request

from catalog_graph.errors import CatalogError, StoreUnavailable
from catalog_graph.server.models import artifacts
from catalog_graph.server.responses import Answer
from catalog_graph.server.routes.common import Backend, problem_responses
from catalog_graph.version import __version__

router = APIRouter(tags=["health"])

_log = logging.getLogger("catalog_graph.server")


@router.get("/healthz", response_model=artifacts.Health, response_model_exclude_none=True)
async def healthz() -> Answer:
    """Whether the process runs; asks nothing of the store."""
    return Answer({"status": "ok"})


@router.get("/readyz", response_model=artifacts.Health, responses=problem_responses(503))
def readyz(request: Request, backend: Backend) -> Answer:
    """Whether the store answers and its schema is in place; with a key, more about it, and what the key may do."""
    try:
        store = backend.check()
    except CatalogError as error:
        _log.warning("not ready: %s", error)
        told = error.message if request.state.granted else "the store does not answer; with an API key this says more"
        raise StoreUnavailable(told) from error
    if request.state.granted is None:
        return Answer({"status": "ready"})
    scopes = sorted(request.state.granted)
    return Answer({"status": "ready", "version": __version__, "scopes": scopes, "store": store})
