"""Routes for many artifacts in one request."""

from __future__ import annotations

from fastapi import APIRouter

from catalog_graph.backends.batches import each_checked
from catalog_graph.backends.parent_warnings import add_warnings
from catalog_graph.backends.parents import references_of, with_parents
from catalog_graph.server.bodies import BatchRoute
from catalog_graph.server.entries import entry_of_fields
from catalog_graph.server.models import batches as models
from catalog_graph.server.paths import ARTIFACTS
from catalog_graph.server.responses import JsonResponse, registration_dict
from catalog_graph.server.routes.common import (
    READ,
    WRITE,
    Backend,
    IdempotencyKey,
    problems,
    read_idempotency_key,
)
from catalog_graph.server.unknown import unknown_fields

router = APIRouter(prefix=f"{ARTIFACTS}/batch", tags=["batches"], route_class=BatchRoute)


@router.post(
    "",
    response_model=models.Registrations,
    status_code=201,
    responses={
        200: {"description": "All were merged into existing artifacts.", "model": models.Registrations},
        **problems(404, 409, 413, 415),
    },
    dependencies=WRITE,
)
def register_many(backend: Backend, batch: models.BatchIn, idempotency_key: IdempotencyKey = None) -> JsonResponse:
    """Register up to 10,000 artifacts, all or none; a parent may come before or after its children."""
    key = read_idempotency_key(idempotency_key)
    references = each_checked(batch.artifacts, lambda fields: references_of(fields.get("parents")))
    entries = with_parents(backend, [entry_of_fields(fields) for fields in batch.artifacts], references)
    registrations = backend.register_many(entries, on_duplicate=batch.on_duplicate, idempotency_key=key)
    registrations = add_warnings(registrations, [unknown_fields(fields) for fields in batch.artifacts])
    status = 201 if any(registration.created for registration in registrations) else 200
    return JsonResponse({"items": [registration_dict(registration) for registration in registrations]}, status)


@router.post("/get", response_model=models.Entries, responses=problems(413, 415), dependencies=READ)
def get_many(backend: Backend, ids: models.IdsIn) -> JsonResponse:
    """Get up to 10,000 artifacts in the order of their ids; null for an id that is not registered."""
    entries = backend.get_many(ids.artifact_ids, deleted=ids.deleted)
    return JsonResponse({"items": [entry.to_dict() if entry is not None else None for entry in entries]})


@router.post("/tags", response_model=models.TagsById, responses=problems(404, 413, 415), dependencies=WRITE)
def tag_many(backend: Backend, changes: models.TagChangesIn) -> JsonResponse:
    """Set and remove tags of up to 10,000 artifacts, all or none."""
    return JsonResponse({"tags": backend.edit_many_tags(changes.tags, changes.remove)})
