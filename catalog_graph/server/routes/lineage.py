"""Where an artifact came from, and what was made from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from catalog_graph.backends.base import MAX_NODES, not_found
from catalog_graph.checks import checked_limit
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import Direction
from catalog_graph.server import models
from catalog_graph.server.answers import Answer
from catalog_graph.server.paths import ARTIFACTS, Id
from catalog_graph.server.routes.common import READ, Backend, Cursor, problems

router = APIRouter(prefix=f"{ARTIFACTS}/{{artifact_id}}", tags=["lineage"])

Depth = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 1}),
    Query(description="At most this many edges away; no limit where it is not sent."),
]
Limit = Annotated[
    str,
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]}),
    Query(description=f"Nodes on the page; `all`, and any number above it, is served as {MAX_NODES:,}."),
]
Form = Annotated[
    str,
    WithJsonSchema({"enum": ["cards", "columns"]}),
    Query(description="`cards`, or `columns` for large answers."),
]
_Answers = models.LineageCards | models.LineageColumns


@router.get("/lineage", response_model=models.Neighbours, responses=problems(404), dependencies=READ)
def neighbours(backend: Backend, sent: Id) -> Answer:
    """Direct parents and children, unregistered and deleted ones too, each with its state."""

    def act(artifact_id: str) -> Answer:
        found = backend.neighbours(artifact_id)
        if found is None:
            raise not_found(artifact_id)
        return Answer(
            {
                "artifact": found.artifact.to_dict(),
                "parents": [entry.to_dict() for entry in found.parents],
                "children": [entry.to_dict() for entry in found.children],
            }
        )

    return sent.find(act)


@router.get("/upstream", response_model=_Answers, responses=problems(404), dependencies=READ)
def upstream(
    backend: Backend, sent: Id, depth: Depth = "", limit: Limit = "1000", cursor: Cursor = "", form: Form = "cards"
) -> Answer:
    """What the artifact was made from, at any depth, nearest first."""
    return _lineage(backend, sent, "upstream", depth, limit, cursor, form)


@router.get("/downstream", response_model=_Answers, responses=problems(404), dependencies=READ)
def downstream(
    backend: Backend, sent: Id, depth: Depth = "", limit: Limit = "1000", cursor: Cursor = "", form: Form = "cards"
) -> Answer:
    """What was made from the artifact, at any depth, nearest first."""
    return _lineage(backend, sent, "downstream", depth, limit, cursor, form)


def _lineage(
    backend: Backend, sent: Id, direction: Direction, depth: str, limit: str, cursor: str, form: str
) -> Answer:
    hops = checked_limit(depth, "depth") if depth else None
    nodes = MAX_NODES if limit == "all" else min(checked_limit(limit or "1000"), MAX_NODES)
    if form not in ("", "cards", "columns"):
        raise InvalidInput(f"form {form[:40]!r} is not known; use cards or columns", field="form")

    def act(artifact_id: str) -> Answer:
        found = backend.lineage(artifact_id, direction, depth=hops, limit=nodes, cursor=cursor or None)
        return Answer(found.to_dict(compact=form == "columns"))

    return sent.find(act)
