"""Routes for lineage: direct neighbours, upstream and downstream."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import WithJsonSchema

from catalog_graph.backends import notes
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.checks import MAX_NODES, checked_depth, checked_limit
from catalog_graph.errors import InvalidInput
from catalog_graph.lineage import PACKED, Direction, Lineage
from catalog_graph.server.models import lineage as models
from catalog_graph.server.paths import ARTIFACTS, ArtifactId
from catalog_graph.server.responses import JsonResponse
from catalog_graph.server.route_classes import ArtifactRoute, TraversalRoute
from catalog_graph.server.routes.common import MANDATORY, READ, Backend, Cursor, Exact, optional_list, problems

_ARTIFACT = f"{ARTIFACTS}/{{artifact_id}}"

router = APIRouter(prefix=_ARTIFACT, tags=["lineage"], route_class=ArtifactRoute)
traversals = APIRouter(prefix=_ARTIFACT, tags=["lineage"], route_class=TraversalRoute)

JSON = "application/json"
TEXTS = {
    "tree": "text/plain; charset=utf-8",
    "mermaid": "text/vnd.mermaid; charset=utf-8",
    "dot": "text/vnd.graphviz; charset=utf-8",
    "graphml": "application/graphml+xml",
    "prov-json": JSON,
    "prov-n": "text/provenance-notation; charset=utf-8",
    "openlineage": JSON,
}
"""Media types of the forms of a lineage that are texts for other programs."""
_COMPLETE = "Catalog-Graph-Complete"
"""Header of these texts: `false` if a limit of nodes, depth or time ended the lineage."""

Depth = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 0}),
    Query(description="Maximum distance in edges; without it there is no limit."),
]
Limit = Annotated[
    str,
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "all"}]}),
    Query(description=f"Maximum nodes on the page; `all` and any larger number are served as {MAX_NODES:,}."),
]
Form = Annotated[
    str,
    WithJsonSchema({"enum": ["cards", "columns"]}),
    Query(description="`cards`, or `columns` for large responses."),
]
LineageForm = Annotated[
    str,
    WithJsonSchema({"enum": ["cards", "columns", *TEXTS]}),
    Query(description="`cards`, `columns` for large responses, or a text for other programs, such as `prov-json`."),
]
Where = Annotated[str, Query(description="A query of the query language: list and count only artifacts that match it.")]
AsOf = Annotated[str, Query(description="An instant in ISO-8601: the lineage as recorded at that time.")]
_WITHOUT = "The id of an artifact to leave out of the lineage; repeatable; 404 if it is unknown."
Without = Annotated[list[str] | None, Query(description=_WITHOUT)]
MandatoryWithout = Annotated[list[str], Query(default_factory=list, description=_WITHOUT, json_schema_extra=MANDATORY)]


Until = Annotated[
    str, Query(description="A query of the query language: list what matches it, but do not go on from there.")
]
Column = Annotated[
    str, Query(description="A column of the artifact: list only what this column was made from; upstream alone.")
]


class LineageParameters(NamedTuple):
    """The parameters of an upstream or downstream request."""

    depth: int | None
    limit: int
    cursor: str | None
    where: str
    as_of: str | None
    without: list[str]
    until: str
    column: str
    exact: bool
    form: str
    packed: bool
    """True if the client accepts packed columns."""


async def _parameters(
    request: Request,
    exact: Exact,
    depth: Depth = "",
    limit: Limit = "1000",
    cursor: Cursor = "",
    form: LineageForm = "cards",
    where: Where = "",
    as_of: AsOf = "",
    without: Without = None,
    until: Until = "",
    column: Column = "",
) -> LineageParameters:
    accepted = (kind.strip() for header in request.headers.getlist("accept") for kind in header.split(","))
    return LineageParameters(
        depth=checked_depth(depth) if depth else None,
        limit=read_node_limit(limit),
        cursor=cursor or None,
        where=where,
        as_of=as_of or None,
        without=optional_list(without),
        until=until,
        column=column,
        exact=exact,
        form=_checked_form(form, ("cards", "columns", *TEXTS)),
        packed=PACKED in accepted,
    )


Parameters = Annotated[LineageParameters, Depends(_parameters)]
LineageBody = models.LineageCards | models.LineageColumns | models.ProvDocument | list[dict[str, Any]]
"""The forms that are JSON, those of `prov-json` and `openlineage` last."""
_KINDS = [PACKED, *(kind.partition(";")[0] for kind in TEXTS.values() if kind != JSON)]
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems(404),
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in _KINDS}},
}


def read_node_limit(limit: str) -> int:
    """Return the maximum number of nodes that the parameter `limit` allows."""
    return MAX_NODES if limit == "all" else min(checked_limit(limit or "1000"), MAX_NODES)


def is_columns(form: str) -> bool:
    """Return True if the parameter `form` is `columns`."""
    return _checked_form(form, ("cards", "columns")) == "columns"


def _checked_form(form: str, known: Collection[str]) -> str:
    if form and form not in known:
        raise InvalidInput(f"form {form[:40]!r} is unknown; use {' or '.join(known)}", field="form")
    return form or "cards"


@router.get("/lineage", response_model=models.Neighbours, responses=problems(404), dependencies=READ)
def neighbours(backend: Backend, artifact_id: ArtifactId, exact: Exact) -> JsonResponse:
    """Get an artifact with its direct parents and children, unregistered and deleted ones included."""
    neighbours = backend.neighbours(artifact_id, exact=exact)
    if neighbours is None:
        raise unknown_artifact(artifact_id)
    return JsonResponse(
        {
            "artifact": neighbours.artifact.to_dict(),
            "parents": [entry.to_dict() for entry in neighbours.parents],
            "children": [entry.to_dict() for entry in neighbours.children],
        }
    )


@traversals.get("/upstream", response_model=LineageBody, responses=_RESPONSES, dependencies=READ)
def upstream(backend: Backend, artifact_id: ArtifactId, parameters: Parameters) -> Response:
    """Get everything that an artifact was made from, at any depth, nearest first."""
    return _lineage(backend, artifact_id, "upstream", parameters)


@traversals.get("/downstream", response_model=LineageBody, responses=_RESPONSES, dependencies=READ)
def downstream(backend: Backend, artifact_id: ArtifactId, parameters: Parameters) -> Response:
    """Get everything that was made from an artifact, at any depth, nearest first."""
    return _lineage(backend, artifact_id, "downstream", parameters)


def _lineage(
    backend: CatalogBackend, artifact_id: str, direction: Direction, parameters: LineageParameters
) -> Response:
    lineage = backend.lineage(
        artifact_id,
        direction,
        depth=parameters.depth,
        limit=parameters.limit,
        cursor=parameters.cursor,
        where=parameters.where,
        as_of=parameters.as_of,
        without=parameters.without,
        until=parameters.until,
        column=parameters.column,
        exact=parameters.exact,
    )
    if parameters.form in TEXTS:
        lineage.reader = None if parameters.as_of else backend.get_many
        return _text_response(lineage, parameters.form)
    if parameters.form == "columns":
        return _columns_response(lineage, packed=parameters.packed)
    return JsonResponse(lineage.to_parts())


def _text_response(lineage: Lineage, form: str) -> Response:
    text: str = getattr(lineage, form.replace("-", "_"))()
    return Response(text, headers={_COMPLETE: str(lineage.complete).lower()}, media_type=TEXTS[form])


def _columns_response(lineage: Lineage, *, packed: bool) -> Response:
    """Return the columns as JSON, or packed if the client accepts that and the lineage can be packed."""
    headers = {"Vary": "Accept"}
    if packed and not notes.collected_notes() and (body := lineage.to_packed()) is not None:
        return Response(body, headers=headers, media_type=PACKED)
    response = JsonResponse(lineage.to_dict(compact=True), headers=headers)
    lineage.columns.free()
    return response
