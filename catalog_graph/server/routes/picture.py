"""The route for the picture of a lineage: boxes and curves, laid out for the page."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.answers.picture import MAX_BOXES, Opening
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed.backend import StoreBackend
from catalog_graph.checks import checked_limit
from catalog_graph.errors import ConfigurationError, InvalidInput
from catalog_graph.server.models import picture as models
from catalog_graph.server.paths import ARTIFACTS, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.route_classes import TraversalRoute
from catalog_graph.server.routes.common import READ, Backend, Exact, Positive, optional_list, problems
from catalog_graph.server.routes.lineage import AsOf

MAX_HOPS = 20
MAX_OPENINGS = 100

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["lineage"], route_class=TraversalRoute)

Hops = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_HOPS}),
    Query(description=f"Edges to draw on this side of the artifact, from 0 to {MAX_HOPS}."),
]


@router.get("/picture", response_model=models.Picture, responses=problems(404), dependencies=READ)
def picture(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    up: Hops = "2",
    down: Hops = "2",
    boxes: Annotated[str, Positive, Query(description=f"Maximum boxes, nearest first; at most {MAX_BOXES}.")] = "60",
    open: Annotated[
        list[str] | None,
        Query(
            description='A box to open, as JSON: `["id", "u", 25]` draws 25 parents at least, `"d"` children; '
            "repeatable."
        ),
    ] = None,
    where: Annotated[str, Query(description="A query of the query language: which boxes are marked.")] = "",
    as_of: AsOf = "",
    metric: Annotated[str, Query(description="A number to show: the key of a tag or a metric, or a path.")] = "",
    path_to: Annotated[
        list[str] | None,
        Query(description="The id of an artifact: a shortest path between it and this one is drawn too; repeatable."),
    ] = None,
) -> JsonResponse:
    """Get boxes and curves of the lineage around an artifact, with what each box hides on either side."""
    picture = _store(backend).picture(
        artifact_id,
        up=_hops(up or "2", "up"),
        down=_hops(down or "2", "down"),
        boxes=checked_limit(boxes or "60", "boxes"),
        openings=[_opening(text) for text in optional_list(open)[:MAX_OPENINGS]],
        where=where,
        as_of=as_of or None,
        metric=metric,
        paths_to=(path_to or [])[:MAX_OPENINGS],
        exact=exact,
    )
    return JsonResponse(picture.to_dict())


@router.get("/extent", response_model=models.Extent, responses=problems(404), dependencies=READ)
def extent(backend: Backend, artifact_id: ArtifactId, exact: Exact, as_of: AsOf = "") -> JsonResponse:
    """Count what lies upstream and downstream of an artifact, by type, pipeline and depth."""
    return JsonResponse(_store(backend).extent(artifact_id, as_of=as_of or None, exact=exact).to_dict())


def _store(backend: CatalogBackend) -> StoreBackend:
    if isinstance(backend, StoreBackend):
        return backend
    raise ConfigurationError("pictures are drawn by the service that holds the store; ask that service")


def _hops(text: str, field: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= MAX_HOPS:
        return int(text)
    raise InvalidInput(f"{field} {text[:40]!r} must be a whole number from 0 to {MAX_HOPS}", field=field)


def _opening(text: str) -> Opening:
    try:
        artifact_id, side, count = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        artifact_id = side = count = None
    if not isinstance(artifact_id, str) or side not in ("u", "d") or type(count) is not int or count < 1:
        raise InvalidInput(f'open {text[:80]!r} must be JSON such as ["id", "u", 25]', field="open")
    return Opening(artifact_id, side == "u", count)
