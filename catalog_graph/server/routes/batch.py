"""Many artifacts in one request."""

from __future__ import annotations

from fastapi import APIRouter

from catalog_graph.checks import MAX_BATCH
from catalog_graph.errors import LimitExceeded
from catalog_graph.server.bodies import BatchRoute
from catalog_graph.server.instants import utc_fields
from catalog_graph.server.models import artifacts
from catalog_graph.server.paths import ARTIFACTS
from catalog_graph.server.responses import Answer, registration
from catalog_graph.server.routes.common import READ, WRITE, Backend, IdempotencyKey, problems, sent_key

router = APIRouter(prefix=f"{ARTIFACTS}/batch", tags=["batches"], route_class=BatchRoute)


@router.post(
    "",
    response_model=artifacts.Registrations,
    status_code=201,
    responses={
        200: {"description": "All were merged into artifacts that were there.", "model": artifacts.Registrations},
        **problems(409, 413, 415),
    },
    dependencies=WRITE,
)
def register_many(backend: Backend, batch: artifacts.BatchIn, idempotency_key: IdempotencyKey = None) -> Answer:
    """Register up to 10,000 artifacts, all or none; parents may stand anywhere in the batch."""
    key = sent_key(idempotency_key)
    entries = map(utc_fields, batch.artifacts)
    done = backend.register_many(entries, on_duplicate=batch.on_duplicate, idempotency_key=key)
    status = 201 if any(each.created for each in done) else 200
    return Answer({"items": [registration(each) for each in done]}, status)


@router.post("/get", response_model=artifacts.Entries, responses=problems(413, 415), dependencies=READ)
def get_many(backend: Backend, ids: artifacts.IdsIn) -> Answer:
    """Up to 10,000 artifacts by id, in the order asked for; null for an id that is not registered."""
    if len(ids.artifact_ids) > MAX_BATCH:
        raise LimitExceeded(f"{len(ids.artifact_ids):,} ids; at most {MAX_BATCH:,} are taken", field="artifact_ids")
    found = backend.get_many(ids.artifact_ids)
    return Answer({"items": [entry.to_dict() if entry is not None else None for entry in found]})


@router.post("/tags", response_model=artifacts.TagsOut, responses=problems(404, 413, 415), dependencies=WRITE)
def tag_many(backend: Backend, changes: artifacts.TagsIn) -> Answer:
    """Set and remove tags of up to 10,000 artifacts, all or none."""
    return Answer({"tags": backend.edit_many_tags(changes.tags, changes.remove)})
