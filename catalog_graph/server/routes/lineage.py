"""Where an artifact came from, and what was made from it."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import WithJsonSchema

from catalog_graph.backends.base import not_found
from catalog_graph.checks import MAX_NODES, checked_limit
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import PACKED, Direction, Lineage
from catalog_graph.server.models import artifacts
from catalog_graph.server.paths import ARTIFACTS, Id
from catalog_graph.server.responses import Answer
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
Where = Annotated[str, Query(description="A text of the query language: what is listed and counted.")]
AsOf = Annotated[str, Query(description="An instant in ISO-8601: the lineage as it was recorded then.")]
Without = Annotated[
    list[str] | None,
    Query(
        description="Once for each artifact that is left out, as if it were not there; one that is unknown is a 404."
    ),
]


class _Question(NamedTuple):
    """Parameters as they were sent."""

    depth: str
    limit: str
    cursor: str
    form: str
    where: str
    as_of: str
    without: list[str]
    packed: bool
    """Whether the client can read that."""


async def _asked(
    request: Request,
    depth: Depth = "",
    limit: Limit = "1000",
    cursor: Cursor = "",
    form: Form = "cards",
    where: Where = "",
    as_of: AsOf = "",
    without: Without = None,
) -> _Question:
    accepted = (kind.strip() for sent in request.headers.getlist("accept") for kind in sent.split(","))
    packed = PACKED in accepted
    return _Question(depth, limit, cursor, form, where, as_of, without or [], packed)


Asked = Annotated[_Question, Depends(_asked)]
_Answers = artifacts.LineageCards | artifacts.LineageColumns
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems(404),
    200: {"content": {PACKED: {"schema": {"type": "string"}}}},
}


def nodes_of(limit: str) -> int:
    """How many nodes are listed, from the parameter."""
    return MAX_NODES if limit == "all" else min(checked_limit(limit or "1000"), MAX_NODES)


def checked_form(form: str) -> bool:
    """Whether the answer is to be compact."""
    if form not in ("", "cards", "columns"):
        raise InvalidInput(f"form {form[:40]!r} is not known; use cards or columns", field="form")
    return form == "columns"


@router.get("/lineage", response_model=artifacts.Neighbours, responses=problems(404), dependencies=READ)
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


@router.get("/upstream", response_model=_Answers, responses=_RESPONSES, dependencies=READ)
def upstream(backend: Backend, sent: Id, asked: Asked) -> Response:
    """What the artifact was made from, at any depth, nearest first."""
    return _lineage(backend, sent, "upstream", asked)


@router.get("/downstream", response_model=_Answers, responses=_RESPONSES, dependencies=READ)
def downstream(backend: Backend, sent: Id, asked: Asked) -> Response:
    """What was made from the artifact, at any depth, nearest first."""
    return _lineage(backend, sent, "downstream", asked)


def _lineage(backend: Backend, sent: Id, direction: Direction, asked: _Question) -> Response:
    hops = checked_limit(asked.depth, "depth") if asked.depth else None
    nodes = nodes_of(asked.limit)
    compact = checked_form(asked.form)

    def act(artifact_id: str) -> Response:
        found = backend.lineage(
            artifact_id,
            direction,
            depth=hops,
            limit=nodes,
            cursor=asked.cursor or None,
            where=asked.where,
            as_of=asked.as_of or None,
            without=asked.without,
        )
        return _in_columns(found, packed=asked.packed) if compact else Answer(found.to_dict())

    return sent.find(act)


def _in_columns(found: Lineage, *, packed: bool) -> Response:
    """As JSON, or packed for a client that asks so, where that can be."""
    varies = {"Vary": "Accept"}
    if packed and (body := found.to_packed()) is not None:
        return Response(body, headers=varies, media_type=PACKED)
    return Answer(found.to_dict(compact=True), headers=varies)
