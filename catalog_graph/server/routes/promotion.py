"""The promotion gate: a policy checked beside the database, and an alias moved where it holds."""

from __future__ import annotations

from fastapi import APIRouter

from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.models import promotion as models
from catalog_graph.server.paths import ARTIFACTS, Id
from catalog_graph.server.responses import Answer
from catalog_graph.server.routes.common import READ, WRITE, Asking, Backend, problems

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["promotion"], route_class=JsonRoute)


@router.post(
    "/check-promotion", response_model=models.PromotionReport, responses=problems(404, 413, 415), dependencies=READ
)
def check_promotion(backend: Backend, sent: Id, asked: models.CheckIn) -> Answer:
    """What a policy says of the artifact and of everything that it came from; nothing is changed."""
    return sent.find(
        lambda artifact_id: Answer(
            backend.check_promotion(artifact_id, asked.policy, alias=asked.alias or None).to_dict()
        )
    )


@router.post("/promote", response_model=models.PromotionReport, responses=problems(404, 413, 415), dependencies=WRITE)
def promote(backend: Backend, sent: Id, asking: Asking, asked: models.PromoteIn) -> Answer:
    """Check the artifact, and point the alias to it where every rule holds; `move` is null where nothing moved."""
    by = asking.named(asked.by)
    return sent.find(
        lambda artifact_id: Answer(backend.promote(artifact_id, asked.alias, asked.policy, by=by).to_dict())
    )
