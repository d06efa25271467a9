"""Routes for questions about lineage: impact, paths, diff, choke points, what-if, and what is stale."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.answers.choke_points import ChokePoints
from catalog_graph.answers.difference import Difference
from catalog_graph.answers.erasure import Erasure
from catalog_graph.answers.impact import Impact
from catalog_graph.answers.neighbourhood import Neighbourhood
from catalog_graph.answers.paths import Paths
from catalog_graph.answers.stale import Stale, StaleArtifacts
from catalog_graph.answers.unreachable import Unreachable
from catalog_graph.answers.walk import Walk
from catalog_graph.answers.what_if import WhatIf
from catalog_graph.backends.answers import MAX_HOPS, PRODUCTION
from catalog_graph.checks import MAX_NODES, checked_depth, checked_limit
from catalog_graph.server.models.answers import response_model
from catalog_graph.server.paths import ARTIFACTS, CATALOG, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.route_classes import TraversalRoute
from catalog_graph.server.routes.common import (
    MANDATORY,
    READ,
    Backend,
    Exact,
    Flag,
    Positive,
    flag,
    optional_list,
    problems,
    required,
)
from catalog_graph.server.routes.lineage import (
    AsOf,
    Form,
    Limit,
    MandatoryWithout,
    Until,
    Where,
    Without,
    is_columns,
    read_node_limit,
)

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["lineage"], route_class=TraversalRoute)
catalog_router = APIRouter(prefix=CATALOG, tags=["lineage"], route_class=TraversalRoute)

ListLimit = Annotated[str, Positive, Query(description="Maximum artifacts in each list, nearest first.")]


@router.get("/impact", response_model=response_model(Impact), responses=problems(404), dependencies=READ)
def impact(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    where: Where = "",
    limit: Limit = "1000",
    tag_key: Annotated[list[str] | None, Query(description="The key of a tag to count by; repeatable.")] = None,
    production: Annotated[
        str,
        Query(description="A query of the query language that production artifacts match; empty: skip this part."),
    ] = PRODUCTION,
    paths: Annotated[
        str, Positive, Query(description="Maximum production artifacts, nearest first, that are shown with their path.")
    ] = "100",
    copies: Annotated[str, Flag, Query(description="`true`: also list other artifacts with the same content.")] = "",
    as_of: AsOf = "",
    without: Without = None,
    until: Until = "",
    form: Form = "cards",
) -> JsonResponse:
    """Get the impact of a change to an artifact: counts, the nearest artifacts, and those in production."""
    compact = is_columns(form)
    impact = backend.impact(
        artifact_id,
        where=where,
        limit=read_node_limit(limit),
        tag_keys=tag_key or [],
        production=production,
        paths=checked_limit(paths or "100", "paths"),
        copies=flag(copies, "copies"),
        as_of=as_of or None,
        without=optional_list(without),
        until=until,
        exact=exact,
    )
    return JsonResponse(impact.to_dict(compact=compact))


@router.get("/paths", response_model=response_model(Paths), responses=problems(404), dependencies=READ)
def paths(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    target: Annotated[
        str, Query(description="The id of the artifact at which the paths end.", json_schema_extra=MANDATORY)
    ] = "",
    limit: Annotated[str, Positive, Query(description="Maximum paths to list, at most 1,000.")] = "10",
    count: Annotated[
        str, Flag, Query(description="`false`: answer fast, with one shortest path and without the number of paths.")
    ] = "",
) -> JsonResponse:
    """Get the paths from an artifact down to `target`, shortest first, and their exact number."""
    paths = backend.paths(
        artifact_id,
        required(target, "target"),
        limit=checked_limit(limit or "10"),
        count=not count or flag(count, "count"),
        exact=exact,
    )
    return JsonResponse(paths.to_dict())


@router.get("/diff", response_model=response_model(Difference), responses=problems(404), dependencies=READ)
def diff(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    right: Annotated[
        str, Query(alias="with", description="The id of the artifact to compare with.", json_schema_extra=MANDATORY)
    ] = "",
    limit: ListLimit = "1000",
) -> JsonResponse:
    """Compare the ancestries of two artifacts: the common part, the part of each alone, and where they diverge."""
    difference = backend.diff(artifact_id, required(right, "with"), limit=_list_limit(limit), exact=exact)
    return JsonResponse(difference.to_dict())


@router.get("/choke-points", response_model=response_model(ChokePoints), responses=problems(404), dependencies=READ)
def choke_points(backend: Backend, artifact_id: ArtifactId, exact: Exact) -> JsonResponse:
    """Get the artifacts that every path from a source to this one passes through, nearest first."""
    return JsonResponse(backend.choke_points(artifact_id, exact=exact).to_dict())


@router.get("/what-if", response_model=response_model(WhatIf), responses=problems(404), dependencies=READ)
def what_if(
    backend: Backend, artifact_id: ArtifactId, exact: Exact, without: MandatoryWithout, limit: ListLimit = "1000"
) -> JsonResponse:
    """Get the artifacts that would be cut off from this one, or from all sources, if those of `without` went away."""
    return JsonResponse(backend.what_if(artifact_id, without, limit=_list_limit(limit), exact=exact).to_dict())


@router.get("/erasure", response_model=response_model(Erasure), responses=problems(404), dependencies=READ)
def erasure(backend: Backend, artifact_id: ArtifactId, exact: Exact, limit: ListLimit = "1000") -> JsonResponse:
    """Get what must go with an artifact: what derives from it, copies of its content, aliases, approvals, seals."""
    return JsonResponse(backend.erasure(artifact_id, limit=_list_limit(limit), exact=exact).to_dict())


@router.get("/stale", response_model=response_model(Stale), responses=problems(404), dependencies=READ)
def stale(backend: Backend, artifact_id: ArtifactId, exact: Exact, limit: ListLimit = "1000") -> JsonResponse:
    """Get the inputs of an artifact, at any depth, that are outdated, and the least to make again, in order."""
    return JsonResponse(backend.stale(artifact_id, limit=_list_limit(limit), exact=exact).to_dict())


@router.get(
    "/neighbourhood", response_model=response_model(Neighbourhood), responses=problems(404, 413), dependencies=READ
)
def neighbourhood(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    hops: Annotated[
        str,
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_HOPS}),
        Query(description="Maximum number of edges, each in either direction."),
    ] = "2",
    limit: ListLimit = "1000",
) -> JsonResponse:
    """Get what lies within some edges of an artifact, whichever way they point, nearest first."""
    distance = checked_depth(hops or "2", "hops")
    answer = backend.neighbourhood(artifact_id, hops=distance, limit=_list_limit(limit), exact=exact)
    return JsonResponse(answer.to_dict())


@catalog_router.get("/stale", response_model=response_model(StaleArtifacts), responses=problems(), dependencies=READ)
def stale_artifacts(
    backend: Backend,
    where: Annotated[
        str,
        Query(description="A query of the query language: which artifacts to look at; default: those in production."),
    ] = PRODUCTION,
    limit: Annotated[str, Positive, Query(description="Maximum artifacts to list.")] = "1000",
) -> JsonResponse:
    """List the artifacts that match a query and are stale, each with the path to its nearest outdated input."""
    return JsonResponse(backend.stale(where=where, limit=_list_limit(limit)).to_dict())


@catalog_router.get("/walk", response_model=response_model(Walk), responses=problems(404), dependencies=READ)
def walk(
    backend: Backend,
    exact: Exact,
    select: Annotated[
        str,
        Query(
            description="Selectors as dbt has them: `+x`, `x+2`, `@x`, `a,b`, `a b`; references, or queries in quotes.",
            json_schema_extra=MANDATORY,
        ),
    ] = "",
    exclude: Annotated[str, Query(description="Selectors of artifacts to leave out.")] = "",
    limit: Annotated[str, Positive, Query(description="Maximum artifacts to list.")] = "1000",
) -> JsonResponse:
    """List the artifacts that selectors choose, with what lies upstream and downstream of them."""
    select = required(select, "select")
    return JsonResponse(backend.walk(select, exclude=exclude, limit=_list_limit(limit), exact=exact).to_dict())


@catalog_router.get("/unreachable", response_model=response_model(Unreachable), responses=problems(), dependencies=READ)
def unreachable(
    backend: Backend,
    in_use: Annotated[
        str, Query(alias="from", description="A query of the query language: the artifacts that are in use.")
    ] = PRODUCTION,
    older_than: Annotated[
        str, Query(description="An age such as `90d`, or a date: what is younger counts as in use.")
    ] = "90d",
    limit: Annotated[str, Positive, Query(description="Maximum artifacts to list, the newest first.")] = "1000",
) -> JsonResponse:
    """List the artifacts that nothing in use was made from; nothing is deleted."""
    answer = backend.unreachable(in_use or PRODUCTION, older_than=older_than or "90d", limit=_list_limit(limit))
    return JsonResponse(answer.to_dict())


def _list_limit(limit: str) -> int:
    return min(checked_limit(limit or "1000"), MAX_NODES)
