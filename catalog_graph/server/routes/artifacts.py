"""One artifact: registering, reading, deleting it; its tags and parents."""

from __future__ import annotations

from asyncio import wrap_future
from concurrent.futures import Future
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request
from pydantic import WithJsonSchema
from starlette.concurrency import run_in_threadpool

from catalog_graph.artifact import Registration, checked_on_duplicate
from catalog_graph.backends.base import not_found
from catalog_graph.errors import InvalidInput
from catalog_graph.server.bodies import JsonRoute, is_short
from catalog_graph.server.instants import utc_entry
from catalog_graph.server.models import artifacts
from catalog_graph.server.paths import ARTIFACTS, Id
from catalog_graph.server.responses import Answer, entry_answer, registration
from catalog_graph.server.routes.common import (
    READ,
    WRITE,
    Asking,
    Backend,
    IdempotencyKey,
    flag,
    problems,
    required,
    sent_key,
)

router = APIRouter(prefix=ARTIFACTS, tags=["artifacts"], route_class=JsonRoute)

OnDuplicateParameter = Annotated[
    str,
    WithJsonSchema({"enum": ["warn", "reuse", "error"]}),
    Query(
        description="Where another artifact has the same content hash: register and say so (`warn`, which is the "
        "default), merge parents and tags into it (`reuse`), or answer 409 (`error`)."
    ),
]


@router.post(
    "",
    response_model=artifacts.Registration,
    status_code=201,
    responses={
        200: {"description": "Merged into an artifact of that id.", "model": artifacts.Registration},
        **problems(409, 413, 415),
    },
    dependencies=WRITE,
)
async def register(
    request: Request,
    backend: Backend,
    artifact: artifacts.RegisterIn,
    on_duplicate: OnDuplicateParameter = "",
    idempotency_key: IdempotencyKey = None,
) -> Answer:
    """Register an artifact, or merge into the one of that id."""
    choice = checked_on_duplicate(on_duplicate or artifact.on_duplicate or "warn")
    if artifact.on_duplicate not in (None, choice):
        raise InvalidInput("on_duplicate is one thing in the body and another in the address", field="on_duplicate")
    key = sent_key(idempotency_key)

    def start() -> Future[list[Registration]]:
        return backend.start_registering(utc_entry(artifact), on_duplicate=choice, idempotency_key=key)

    at_once = backend.starts_at_once and await is_short(request)
    [done] = await wrap_future(start() if at_once else await run_in_threadpool(start))
    where = f"{ARTIFACTS}/{quote(done.artifact_id, safe='')}"
    return Answer(registration(done), 201 if done.created else 200, {"Location": where})


@router.get("/{artifact_id}", response_model=artifacts.Entry, responses=problems(404), dependencies=READ)
def get(backend: Backend, sent: Id) -> Answer:
    """One artifact."""

    def act(artifact_id: str) -> Answer:
        entry = backend.get(artifact_id)
        if entry is None:
            raise not_found(artifact_id)
        return entry_answer(entry)

    return sent.find(act)


@router.delete("/{artifact_id}", response_model=artifacts.Deleted, responses=problems(404, 409), dependencies=WRITE)
def delete(
    backend: Backend,
    sent: Id,
    asking: Asking,
    force: Annotated[
        str,
        WithJsonSchema({"enum": ["true", "false"]}),
        Query(description="`true`: its aliases are unset first; else one that carries any is refused."),
    ] = "",
    by: Annotated[str, Query(description="Who unsets them.")] = "",
) -> Answer:
    """Take an artifact out of lists, search and look-ups; lineage keeps a marked tombstone."""
    forced = flag(force, "force")

    def act(artifact_id: str) -> Answer:
        backend.delete(artifact_id, force=forced, by=asking.named(by))
        return Answer({"artifact_id": artifact_id, "deleted": True})

    return sent.find(act)


@router.put(
    "/{artifact_id}/tags", response_model=artifacts.Entry, responses=problems(404, 413, 415), dependencies=WRITE
)
def tag(
    backend: Backend,
    sent: Id,
    tags: Annotated[dict[str, Any] | None, Body(examples=[{"stage": "production", "f1_score": 0.94}])] = None,
) -> Answer:
    """Add tags or replace their values; no body at all is an empty object."""
    return sent.find(lambda artifact_id: entry_answer(backend.tag(artifact_id, tags or {})))


@router.delete("/{artifact_id}/tags", response_model=artifacts.Entry, responses=problems(404), dependencies=WRITE)
def untag(
    backend: Backend,
    sent: Id,
    key: Annotated[list[str], Query(default_factory=list, description="A tag's key; once for each.")],
) -> Answer:
    """Remove tags by key; one that is not there is no error."""
    keys = required(key, "key")
    return sent.find(lambda artifact_id: entry_answer(backend.untag(artifact_id, *keys)))


@router.post(
    "/{artifact_id}/parents", response_model=artifacts.Entry, responses=problems(404, 409, 413, 415), dependencies=WRITE
)
def add_parents(backend: Backend, sent: Id, parents: artifacts.ParentsIn) -> Answer:
    """Add edges to parents after the fact."""
    return sent.find(lambda artifact_id: entry_answer(backend.add_parents(artifact_id, *parents.parent_ids)))


@router.delete("/{artifact_id}/parents", response_model=artifacts.Entry, responses=problems(404), dependencies=WRITE)
def remove_parents(
    backend: Backend,
    sent: Id,
    parent_id: Annotated[list[str], Query(default_factory=list, description="A parent's id; once for each.")],
) -> Answer:
    """Take edges out of the present lineage; they stay as history."""
    ids = required(parent_id, "parent_id")
    return sent.find(lambda artifact_id: entry_answer(backend.remove_parents(artifact_id, *ids)))
