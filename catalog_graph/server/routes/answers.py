"""What follows from the lineage of an artifact: impact, paths, differences, choke points, what if."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.backends.answers import PRODUCTION
from catalog_graph.checks import MAX_NODES, checked_limit
from catalog_graph.server.models import answers as models
from catalog_graph.server.paths import ARTIFACTS, Id
from catalog_graph.server.responses import Answer
from catalog_graph.server.routes.common import READ, Backend, flag, problems, required
from catalog_graph.server.routes.lineage import AsOf, Form, Limit, Where, Without, checked_form, nodes_of

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["lineage"])

_Number = WithJsonSchema({"type": "integer", "minimum": 1})
_Flag = WithJsonSchema({"enum": ["true", "false"]})
Listed = Annotated[str, _Number, Query(description="How many of each list are shown, the nearest first.")]


@router.get("/impact", response_model=models.Impact, responses=problems(404), dependencies=READ)
def impact(
    backend: Backend,
    sent: Id,
    where: Where = "",
    limit: Limit = "1000",
    tag_key: Annotated[list[str] | None, Query(description="A tag's key to count by; once for each.")] = None,
    production: Annotated[
        str, Query(description="A text of the query language: what is in production; empty: nothing is looked for.")
    ] = PRODUCTION,
    paths: Annotated[
        str, _Number, Query(description="So many in production, the nearest, are shown with their path.")
    ] = "100",
    copies: Annotated[
        str, _Flag, Query(description="`true`: other artifacts with the same content are listed beside it.")
    ] = "",
    as_of: AsOf = "",
    without: Without = None,
    form: Form = "cards",
) -> Answer:
    """What a change of the artifact reaches: counted, the nearest of it listed, and what of it is in production."""
    compact = checked_form(form)
    nodes = nodes_of(limit)
    with_copies = flag(copies, "copies")

    def act(artifact_id: str) -> Answer:
        found = backend.impact(
            artifact_id,
            where=where,
            limit=nodes,
            tag_keys=tag_key or [],
            production=production,
            paths=checked_limit(paths or "100", "paths"),
            copies=with_copies,
            as_of=as_of or None,
            without=without or [],
        )
        return Answer(found.to_dict(compact=compact))

    return sent.find(act)


@router.get("/paths", response_model=models.Paths, responses=problems(404), dependencies=READ)
def paths(
    backend: Backend,
    sent: Id,
    target: Annotated[str, Query(description="The id of the artifact that the paths lead to.")] = "",
    limit: Annotated[str, _Number, Query(description="How many paths are listed; 1,000 at most.")] = "10",
    count: Annotated[str, _Flag, Query(description="`false`: one of the shortest is all, and a quick answer.")] = "",
) -> Answer:
    """The ways in which `target` came from the artifact, the shortest first, and exactly how many there are."""
    [end] = required([target] if target else [], "target")
    wanted, all_of_them = checked_limit(limit or "10"), not count or flag(count, "count")
    return sent.find(
        lambda artifact_id: Answer(backend.paths(artifact_id, end, limit=wanted, count=all_of_them).to_dict())
    )


@router.get("/diff", response_model=models.Difference, responses=problems(404), dependencies=READ)
def diff(
    backend: Backend,
    sent: Id,
    right: Annotated[str, Query(alias="with", description="The id of the artifact to compare with.")] = "",
    limit: Listed = "1000",
) -> Answer:
    """What two artifacts came from, side by side: what they share, what each has alone, and where they part."""
    [other] = required([right] if right else [], "with")
    shown = min(checked_limit(limit or "1000"), MAX_NODES)
    return sent.find(lambda artifact_id: Answer(backend.diff(artifact_id, other, limit=shown).to_dict()))


@router.get("/choke-points", response_model=models.ChokePoints, responses=problems(404), dependencies=READ)
def choke_points(backend: Backend, sent: Id) -> Answer:
    """The artifacts through which every path from a source to this one runs, nearest first."""
    return sent.find(lambda artifact_id: Answer(backend.choke_points(artifact_id).to_dict()))


@router.get("/what-if", response_model=models.WhatIf, responses=problems(404), dependencies=READ)
def what_if(backend: Backend, sent: Id, without: Without = None, limit: Listed = "1000") -> Answer:
    """What would be cut off from the artifact, or left without any source, if those `without` went away."""
    shown = min(checked_limit(limit or "1000"), MAX_NODES)
    return sent.find(lambda artifact_id: Answer(backend.what_if(artifact_id, without or [], limit=shown).to_dict()))
