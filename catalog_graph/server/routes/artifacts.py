"""Routes for one artifact: register, get and delete it; edit its tags and parents."""

from __future__ import annotations

from asyncio import wrap_future
from concurrent.futures import Future
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request
from pydantic import WithJsonSchema
from starlette.concurrency import run_in_threadpool

from catalog_graph.artifact import OnDuplicate, Registration, checked_on_duplicate
from catalog_graph.backends.parent_warnings import add_warnings, edit_warnings
from catalog_graph.backends.parents import with_parents
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.errors import InvalidInput
from catalog_graph.server.bodies import JsonRoute, ReadRequest, has_small_body
from catalog_graph.server.entries import entry_of_model
from catalog_graph.server.models import artifacts as models
from catalog_graph.server.paths import ARTIFACTS, ArtifactId
from catalog_graph.server.queues import Work
from catalog_graph.server.responses import JsonResponse, entry_response, registration_dict
from catalog_graph.server.routes.common import (
    ADMIN,
    MANDATORY,
    READ,
    WRITE,
    Backend,
    By,
    Flag,
    IdempotencyKey,
    RequestCaller,
    flag,
    problems,
    read_idempotency_key,
    required_list,
)
from catalog_graph.server.unknown import unknown_fields

router = APIRouter(prefix=ARTIFACTS, tags=["artifacts"], route_class=JsonRoute)


class RegistrationRoute(JsonRoute):
    """The route of a single registration, which need not hold a thread while it waits for its group."""

    def work(self, request: Request) -> Work:
        """Return the class of work of a request."""
        is_small = isinstance(request, ReadRequest) and has_small_body(request)
        return "registrations" if is_small and request.app.state.backend.starts_at_once else "writes"


registrations = APIRouter(prefix=ARTIFACTS, tags=["artifacts"], route_class=RegistrationRoute)

OnDuplicateParameter = Annotated[
    str,
    WithJsonSchema({"enum": ["warn", "reuse", "error"]}),
    Query(
        description="If another artifact has the same content hash: register and report it (`warn`, the default), "
        "merge parents and tags into it (`reuse`), or answer 409 (`error`)."
    ),
]


@registrations.post(
    "",
    response_model=models.Registration,
    status_code=201,
    responses={
        200: {"description": "Merged into the artifact of that id.", "model": models.Registration},
        **problems(404, 409, 413, 415),
    },
    dependencies=WRITE,
)
async def register(
    request: Request,
    backend: Backend,
    artifact: models.RegisterIn,
    on_duplicate: OnDuplicateParameter = "",
    idempotency_key: IdempotencyKey = None,
) -> JsonResponse:
    """Register an artifact, or merge it into the artifact of that id."""
    mode = _on_duplicate(on_duplicate, artifact.on_duplicate)
    key = read_idempotency_key(idempotency_key)

    def start() -> Future[list[Registration]]:
        [entry] = with_parents(backend, [entry_of_model(artifact)], [artifact.parents])
        return backend.start_registering(entry, on_duplicate=mode, idempotency_key=key)

    work = request.state.work
    if work == "registrations" and artifact.parents:
        # Resolving references waits for the store in a thread, of which there is one for each place among the writes.
        async with request.app.state.queues.by_work["writes"].place():
            started = await run_in_threadpool(start)
    else:
        started = start() if work == "registrations" else await run_in_threadpool(start)
    [registration] = await wrap_future(started)
    [registration] = add_warnings([registration], [unknown_fields(artifact.model_extra or {})])
    location = f"{ARTIFACTS}/{quote(registration.artifact_id, safe='')}"
    return JsonResponse(registration_dict(registration), 201 if registration.created else 200, {"Location": location})


def _on_duplicate(parameter: str, field: OnDuplicate | None) -> OnDuplicate:
    mode = checked_on_duplicate(parameter or field or "warn")
    if field not in (None, mode):
        raise InvalidInput(
            f"on_duplicate differs between the body ({field!r}) and the query string ({mode!r}); send it once",
            field="on_duplicate",
        )
    return mode


@router.get("/{artifact_id}", response_model=models.Entry, responses=problems(404), dependencies=READ)
def get(backend: Backend, artifact_id: ArtifactId) -> JsonResponse:
    """Get an artifact."""
    entry = backend.get(artifact_id)
    if entry is None:
        raise unknown_artifact(artifact_id)
    return entry_response(entry)


@router.delete("/{artifact_id}", response_model=models.Deletion, responses=problems(404, 409), dependencies=WRITE)
def delete(
    backend: Backend,
    artifact_id: ArtifactId,
    caller: RequestCaller,
    force: Annotated[
        str,
        Flag,
        Query(description="`true`: unset the aliases of the artifact first; otherwise aliases are a conflict (409)."),
    ] = "",
    by: By = "",
) -> JsonResponse:
    """Remove an artifact from all answers; lineage keeps it as a tombstone as long as something derives from it."""
    backend.delete(artifact_id, force=flag(force, "force"), by=caller.signature(by))
    return JsonResponse({"artifact_id": artifact_id, "deleted": True})


@router.post("/{artifact_id}/undelete", response_model=models.Entry, responses=problems(404, 409), dependencies=WRITE)
def undelete(backend: Backend, artifact_id: ArtifactId) -> JsonResponse:
    """Register a deleted artifact again as it was, with its tags and parents, but without aliases."""
    return entry_response(backend.undelete(artifact_id))


@router.post("/{artifact_id}/purge", response_model=models.Purge, responses=problems(404, 409), dependencies=ADMIN)
def purge(
    backend: Backend,
    artifact_id: ArtifactId,
    force: Annotated[
        str,
        Flag,
        Query(description="`true`: also if something derives from it, or it has an alias; otherwise a conflict (409)."),
    ] = "",
) -> JsonResponse:
    """Remove an artifact for good: its record, tags, metadata, aliases and their moves; its id alone stays."""
    backend.purge(artifact_id, force=flag(force, "force"))
    return JsonResponse({"artifact_id": artifact_id, "purged": True})


@router.put("/{artifact_id}/tags", response_model=models.Entry, responses=problems(404, 413, 415), dependencies=WRITE)
def tag(
    backend: Backend,
    artifact_id: ArtifactId,
    tags: Annotated[dict[str, Any] | None, Body(examples=[{"stage": "production", "f1_score": 0.94}])] = None,
) -> JsonResponse:
    """Set tags and keep all others; a request without a body sets none."""
    return entry_response(backend.tag(artifact_id, tags or {}))


@router.delete("/{artifact_id}/tags", response_model=models.Entry, responses=problems(404), dependencies=WRITE)
def untag(
    backend: Backend,
    artifact_id: ArtifactId,
    key: Annotated[
        list[str],
        Query(
            default_factory=list,
            description="The key of a tag to remove; repeatable.",
            json_schema_extra={**MANDATORY, "items": {"type": "string", "minLength": 0}},  # a tag's key may be empty
        ),
    ],
) -> JsonResponse:
    """Remove tags by key; a key that the artifact lacks is no error."""
    return entry_response(backend.untag(artifact_id, *required_list(key, "key")))


@router.post("/{artifact_id}/unset", response_model=models.Entry, responses=problems(404, 413, 415), dependencies=WRITE)
def unset(backend: Backend, artifact_id: ArtifactId, unset: models.UnsetIn) -> JsonResponse:
    """Remove metadata by key, and clear fields."""
    return entry_response(backend.unset(artifact_id, metadata=unset.metadata, fields=unset.fields))


@router.post(
    "/{artifact_id}/parents",
    response_model=models.ChildEntry,
    responses=problems(404, 409, 413, 415),
    dependencies=WRITE,
)
def add_parents(backend: Backend, artifact_id: ArtifactId, parents: models.ParentsIn) -> JsonResponse:
    """Add parents to a registered artifact."""
    if not parents.model_fields_set:
        raise InvalidInput("parent_ids is required; send ids in it, or references in parents", field="parent_ids")
    entry = backend.add_parents(artifact_id, *parents.parent_ids, parents=parents.parents)
    return JsonResponse({**entry, "warnings": edit_warnings(backend, entry, parents.parent_ids)})


@router.delete("/{artifact_id}/parents", response_model=models.Entry, responses=problems(404), dependencies=WRITE)
def remove_parents(
    backend: Backend,
    artifact_id: ArtifactId,
    parent_id: Annotated[
        list[str],
        Query(
            default_factory=list, description="The id of a parent to remove; repeatable.", json_schema_extra=MANDATORY
        ),
    ],
) -> JsonResponse:
    """Remove parents from the present lineage; they stay in its history."""
    return entry_response(backend.remove_parents(artifact_id, *required_list(parent_id, "parent_id")))
