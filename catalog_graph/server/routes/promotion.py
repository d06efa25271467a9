"""Routes for promotion: check an artifact against a policy, and move an alias if every rule holds."""

from __future__ import annotations

from fastapi import APIRouter, Request

from catalog_graph.promotion.policy_files import policy_texts
from catalog_graph.seals.envelope import envelope_in
from catalog_graph.server.bodies import SealRoute
from catalog_graph.server.models import promotion as models
from catalog_graph.server.paths import ARTIFACTS, CATALOG, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import READ, WRITE, Backend, Exact, RequestCaller, problems

_ARTIFACT = f"{ARTIFACTS}/{{artifact_id}}"


router = APIRouter(tags=["promotion"], route_class=SealRoute)


@router.get(f"{CATALOG}/policies", response_model=models.PolicyFiles, responses=problems(), dependencies=READ)
def policies(request: Request) -> JsonResponse:
    """List the policy files that the service was given, by name."""
    folder = request.app.state.settings.policies
    texts = policy_texts(folder) if folder is not None else {}
    return JsonResponse({"items": [{"name": name, "text": text} for name, text in texts.items()]})


@router.post(
    f"{_ARTIFACT}/check-promotion",
    response_model=models.PromotionReport,
    responses=problems(404, 413, 415),
    dependencies=READ,
)
def check_promotion(backend: Backend, artifact_id: ArtifactId, exact: Exact, body: models.CheckIn) -> JsonResponse:
    """Check an artifact and its whole ancestry against a policy; nothing is changed."""
    return JsonResponse(
        backend.check_promotion(artifact_id, body.policy, alias=body.alias or None, exact=exact).to_dict()
    )


@router.post(
    f"{_ARTIFACT}/promote",
    response_model=models.PromotionReport,
    responses=problems(404, 413, 415),
    dependencies=WRITE,
)
def promote(
    request: Request,
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    caller: RequestCaller,
    body: models.PromoteIn,
) -> JsonResponse:
    """Check an artifact, and point the alias to it if every rule holds; `move` is null if the alias did not move."""
    seal = None if body.seal is None else envelope_in(body.seal.model_dump(), request.state.envelope)
    report = backend.promote(artifact_id, body.alias, body.policy, by=caller.signature(body.by), seal=seal, exact=exact)
    return JsonResponse(report.to_dict())
