"""Routes for seals: the statement to sign, and the seals that are kept beside an artifact."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from catalog_graph.checks import checked_limit
from catalog_graph.seals.envelope import envelope_in
from catalog_graph.seals.spool import Spool, chunks
from catalog_graph.server.bodies import SealRoute
from catalog_graph.server.models import seals as models
from catalog_graph.server.paths import ARTIFACTS, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import READ, WRITE, Backend, Exact, PageLimit, RequestCaller, problems

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["seals"], route_class=SealRoute)
_JSON: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post(
    "/statement",
    responses={**_JSON, **problems(404, 409, 413, 415, 501)},
    dependencies=READ,
)
def statement(
    backend: Backend, artifact_id: ArtifactId, exact: Exact, caller: RequestCaller, body: models.StatementIn
) -> Response:
    """Get the statement about an artifact and its whole ancestry that a seal signs; nothing is kept.

    Sign the bytes of the response as they are, as the payload of a DSSE envelope.
    """
    with Spool() as spool:
        backend.write_statement(
            spool,
            artifact_id,
            alias=body.alias or None,
            policy=body.policy,
            by=caller.signature(body.by),
            allow_unregistered=body.allow_unregistered,
            exact=exact,
        )
        _, text = spool.message()
    length = {"Content-Length": str(len(text))}
    return StreamingResponse(map(bytes, chunks(text)), headers=length, media_type="application/json")


@router.post("/seals", response_model=models.Card, responses=problems(404, 413, 415), dependencies=WRITE)
def keep_seal(
    request: Request, backend: Backend, artifact_id: ArtifactId, exact: Exact, body: models.SealFile
) -> JsonResponse:
    """Keep a seal beside its artifact, once; its signature is not verified."""
    seal = envelope_in(body.model_dump(), request.state.envelope)
    own_id = backend.resolve(artifact_id, exact=exact)
    card = backend.keep_seal(seal, artifact_id=own_id)
    return JsonResponse(card.to_dict())


@router.get("/seals", response_model=models.Seals, responses=problems(404), dependencies=READ)
def seals(backend: Backend, artifact_id: ArtifactId, exact: Exact, limit: PageLimit = "100") -> JsonResponse:
    """List the seals of an artifact, the newest first."""
    size = checked_limit(limit or "100")
    cards = backend.seals(artifact_id, limit=size + 1, exact=exact)
    return JsonResponse({"items": [card.to_dict() for card in cards[:size]], "complete": len(cards) <= size})


@router.get("/seal", responses={**_JSON, **problems(404)}, dependencies=READ)
def seal(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    digest: Annotated[str, Query(description="The digest of the seal; default: that of the newest.")] = "",
) -> Response:
    """Get the file of a seal."""
    return StreamingResponse(
        backend.kept_seal(artifact_id, digest, exact=exact).pieces(), media_type="application/json"
    )
