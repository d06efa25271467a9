"""Where an artifact came from, and what was made from it."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
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
Where = Annotated[str, Query(description="A text of the query language: what is listed and counted.")]
AsOf = Annotated[str, Query(description="An instant in ISO-8601: the lineage as it was recorded then.")]
Without = Annotated[
    list[str] | None, Query(description="Once for each artifact that is left out, as if it were not there.")
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


async def _asked(
    depth: Depth = "",
    limit: Limit = "1000",
    cursor: Cursor = "",
    form: Form = "cards",
    where: Where = "",
    as_of: AsOf = "",
    without: Without = None,
) -> _Question:
    return _Question(depth, limit, cursor, form, where, as_of, without or [])


Asked = Annotated[_Question, Depends(_asked)]
_Answers = models.LineageCards | models.LineageColumns


def nodes_of(limit: str) -> int:
    """How many nodes are listed, from the parameter."""
    return MAX_NODES if limit == "all" else min(checked_limit(limit or "1000"), MAX_NODES)


def checked_form(form: str) -> bool:
    """Whether the answer is to be compact."""
    if form not in ("", "cards", "columns"):
        raise InvalidInput(f"form {form[:40]!r} is not known; use cards or columns", field="form")
    return form == "columns"


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
def upstream(backend: Backend, sent: Id, asked: Asked) -> Answer:
    """What the artifact was made from, at any depth, nearest first."""
    return _lineage(backend, sent, "upstream", asked)


@router.get("/downstream", response_model=_Answers, responses=problems(404), dependencies=READ)
def downstream(backend: Backend, sent: Id, asked: Asked) -> Answer:
    """What was made from the artifact, at any depth, nearest first."""
    return _lineage(backend, sent, "downstream", asked)


def _lineage(backend: Backend, sent: Id, direction: Direction, asked: _Question) -> Answer:
    hops = checked_limit(asked.depth, "depth") if asked.depth else None
    nodes = nodes_of(asked.limit)
    compact = checked_form(asked.form)

    def act(artifact_id: str) -> Answer:
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
        return Answer(found.to_dict(compact=compact))

    return sent.find(act)
