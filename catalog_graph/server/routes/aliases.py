"""Aliases: which artifact of a name is the champion, say, and who moved that when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.aliases import ANYTHING, Expected
from catalog_graph.checks import MAX_PAGE, checked_limit
from catalog_graph.server.bodies import JsonRoute
from catalog_graph.server.models import aliases as models
from catalog_graph.server.paths import CATALOG
from catalog_graph.server.responses import Answer
from catalog_graph.server.routes.common import READ, WRITE, Asking, Backend, Cursor, problems, required

router = APIRouter(prefix=f"{CATALOG}/aliases", tags=["aliases"], route_class=JsonRoute)

Name = Annotated[str, Query(description="The name of artifacts, whole and in its case.", examples=["fraud_detector"])]
AliasName = Annotated[str, Query(description="The alias, in its case.", examples=["champion"])]
Limit = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 1}),
    Query(description=f"Items on the page; above {MAX_PAGE:,} it is served as {MAX_PAGE:,}."),
]


@router.get("", response_model=models.AliasPage, responses=problems(), dependencies=READ)
def aliases(
    backend: Backend,
    name: Name = "",
    alias: AliasName = "",
    artifact_id: Annotated[str, Query(description="The artifact that carries them, by id or reference.")] = "",
    limit: Limit = "1000",
    cursor: Cursor = "",
) -> Answer:
    """The aliases that are set, by name and alias: all, or those of a name or an artifact."""
    page = backend.alias_page(
        name or None,
        alias or None,
        artifact_id=artifact_id or None,
        limit=checked_limit(limit or "1000"),
        cursor=cursor or None,
    )
    return Answer(page.to_dict())


@router.get("/history", response_model=models.AliasHistory, responses=problems(), dependencies=READ)
def alias_history(
    backend: Backend, name: Name = "", alias: AliasName = "", limit: Limit = "100", cursor: Cursor = ""
) -> Answer:
    """Who moved the aliases of a name from what to what, and when; the last move first."""
    [given] = required([name] if name else [], "name")
    page = backend.alias_history_page(given, alias or None, limit=checked_limit(limit or "100"), cursor=cursor or None)
    return Answer(page.to_dict())


@router.put("", response_model=models.AliasMove, responses=problems(404, 409, 413, 415), dependencies=WRITE)
def set_alias(backend: Backend, asking: Asking, asked: models.AliasIn) -> Answer:
    """Point an alias to an artifact; where `expected` is sent, only if that holds it (null: nobody does) now."""
    expected: Expected = asked.expected if "expected" in asked.model_fields_set else ANYTHING
    move = backend.set_alias(asked.name, asked.alias, asked.artifact_id, expected=expected, by=asking.named(asked.by))
    return Answer(move.to_dict())


@router.delete("", response_model=models.AliasMove, responses=problems(409), dependencies=WRITE)
def unset_alias(
    backend: Backend,
    asking: Asking,
    name: Name = "",
    alias: AliasName = "",
    expected: Annotated[str, Query(description="The artifact that has to hold it now, by id or reference.")] = "",
    by: Annotated[str, Query(description="Who unsets it.")] = "",
) -> Answer:
    """Let an alias point to nothing; one that is free is no error."""
    [given] = required([name] if name else [], "name")
    [word] = required([alias] if alias else [], "alias")
    return Answer(backend.unset_alias(given, word, expected=expected or ANYTHING, by=asking.named(by)).to_dict())
