"""Routes for aliases: list, set and unset them, and read their history."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from catalog_graph.aliases import ANYTHING, Expected
from catalog_graph.checks import checked_limit
from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.models import aliases as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.routes.common import (
    MANDATORY,
    READ,
    WRITE,
    Backend,
    By,
    Cursor,
    Exact,
    IdempotencyKey,
    PageLimit,
    RequestCaller,
    problems,
    read_idempotency_key,
    required,
)

router = APIRouter(prefix=f"{CATALOG}/aliases", tags=["aliases"], route_class=JsonRoute)

_NAME: Any = {"description": "The full name of the artifacts, case-sensitive.", "examples": ["fraud_detector"]}
_ALIAS: Any = {"description": "The alias, case-sensitive.", "examples": ["champion"]}
Name = Annotated[str, Query(**_NAME)]
MandatoryName = Annotated[str, Query(**_NAME, json_schema_extra=MANDATORY)]
AliasName = Annotated[str, Query(**_ALIAS)]
MandatoryAlias = Annotated[str, Query(**_ALIAS, json_schema_extra=MANDATORY)]


@router.get("", response_model=models.AliasPage, responses=problems(), dependencies=READ)
def aliases(
    backend: Backend,
    exact: Exact,
    name: Name = "",
    alias: AliasName = "",
    artifact_id: Annotated[str, Query(description="Only aliases of this artifact (id or reference).")] = "",
    limit: PageLimit = "1000",
    cursor: Cursor = "",
) -> JsonResponse:
    """List the aliases that are set, by name and alias."""
    page = backend.alias_page(
        name or None,
        alias or None,
        artifact_id=artifact_id or None,
        exact=exact,
        limit=checked_limit(limit or "1000"),
        cursor=cursor or None,
    )
    return JsonResponse(page.to_dict())


@router.get("/history", response_model=models.AliasHistory, responses=problems(), dependencies=READ)
def alias_history(
    backend: Backend, name: MandatoryName = "", alias: AliasName = "", limit: PageLimit = "100", cursor: Cursor = ""
) -> JsonResponse:
    """List the moves of the aliases of a name, newest first."""
    page = backend.alias_history_page(
        required(name, "name"), alias or None, limit=checked_limit(limit or "100"), cursor=cursor or None
    )
    return JsonResponse(page.to_dict())


@router.put("", response_model=models.AliasMove, responses=problems(404, 409, 413, 415), dependencies=WRITE)
def set_alias(
    backend: Backend,
    caller: RequestCaller,
    exact: Exact,
    body: models.AliasIn,
    idempotency_key: IdempotencyKey = None,
) -> JsonResponse:
    """Point an alias to an artifact; with `expected`, only if it points to that artifact (null: to none) now."""
    expected: Expected = body.expected if "expected" in body.model_fields_set else ANYTHING
    move = backend.set_alias(
        body.name,
        body.alias,
        body.artifact_id,
        expected=expected,
        by=caller.signature(body.by),
        exact=exact,
        idempotency_key=read_idempotency_key(idempotency_key),
    )
    return JsonResponse(move.to_dict())


@router.delete("", response_model=models.AliasMove, responses=problems(409), dependencies=WRITE)
def unset_alias(
    backend: Backend,
    caller: RequestCaller,
    exact: Exact,
    name: MandatoryName = "",
    alias: MandatoryAlias = "",
    expected: Annotated[
        str, Query(description="Unset the alias only if it points to this artifact now (id or reference).")
    ] = "",
    by: By = "",
    idempotency_key: IdempotencyKey = None,
) -> JsonResponse:
    """Unset an alias; one that points to nothing is no error."""
    move = backend.unset_alias(
        required(name, "name"),
        required(alias, "alias"),
        expected=expected or ANYTHING,
        by=caller.signature(by),
        exact=exact,
        idempotency_key=read_idempotency_key(idempotency_key),
    )
    return JsonResponse(move.to_dict())
