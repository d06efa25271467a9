"""Routes that find artifacts: list, search and look up by content hash."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query
from pydantic import WithJsonSchema

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import checked_limit, checked_object
from catalog_graph.errors import InvalidInput
from catalog_graph.facets import SAMPLE_SIZE, split_names
from catalog_graph.query.selection import Order, Selection
from catalog_graph.server.bodies import parse_object
from catalog_graph.server.models import lists as models
from catalog_graph.server.models.artifacts import Entry
from catalog_graph.server.paths import ARTIFACTS
from catalog_graph.server.responses import JsonResponse, entry_response, page_response
from catalog_graph.server.route_classes import CatalogRoute
from catalog_graph.server.routes.common import READ, Backend, Cursor, Flag, PageLimit, flag, problems

router = APIRouter(prefix=ARTIFACTS, tags=["finding"], route_class=CatalogRoute)

Text = Annotated[str, Query(description="A query of the query language.", examples=["stage:production team:fraud"])]
Equal = Annotated[str, Query(description="Only artifacts with exactly this value.")]
Tags = Annotated[
    str,
    Query(description="A JSON object: only artifacts with all of these tags.", examples=['{"stage": "production"}']),
]
OrderParameter = Annotated[
    str,
    WithJsonSchema({"enum": ["best", "newest"]}),
    Query(description="`best`: artifacts whose name matches the words of `q` first; `newest`: newest first."),
]
Total = Annotated[str, Flag, Query(description="`true`: count all matching artifacts exactly.")]
FacetNames = Annotated[
    str,
    Query(
        description="Count by these, separated by commas: `type`, `pipeline`, `step`, or a tag key, also written "
        "`tag.KEY`. A backslash before a comma makes it part of a key.",
        examples=["type,team"],
    ),
]
ExactFacets = Annotated[
    str, Flag, Query(description=f"`true`: count all matching artifacts, not the newest {SAMPLE_SIZE:,} alone.")
]


async def _selection(
    q: Text = "",
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    order: OrderParameter = "best",
) -> Selection:
    return selection(q, artifact_type, source_pipeline, source_step, tags, _order(order or "best"))


Filters = Annotated[Selection, Depends(_selection)]


class _Counts(NamedTuple):
    """The counts to return with a page."""

    total: bool
    facets: list[str]
    exact_facets: bool


async def _counts(total: Total = "", facets: FacetNames = "", exact_facets: ExactFacets = "") -> _Counts:
    return _Counts(flag(total, "total"), split_names(facets), flag(exact_facets, "exact_facets"))


Counts = Annotated[_Counts, Depends(_counts)]


@router.get("", response_model=models.Page, responses=problems(413), dependencies=READ)
def list_artifacts(
    backend: Backend, filters: Filters, counts: Counts, limit: PageLimit = "100", cursor: Cursor = ""
) -> JsonResponse:
    """List the artifacts that match every filter, newest first, or best first with `q`."""
    return _page(backend, filters, counts, limit or "100", cursor)


@router.get("/search", response_model=models.Page, responses=problems(413), dependencies=READ)
def search(
    backend: Backend, filters: Filters, counts: Counts, limit: PageLimit = "50", cursor: Cursor = ""
) -> JsonResponse:
    """Search artifacts by a query of the query language, best first."""
    return _page(backend, filters, counts, limit or "50", cursor)


@router.get("/by-hash", response_model=Entry | None, responses=problems(), dependencies=READ)
def find_by_content_hash(
    backend: Backend,
    hash: Annotated[str, Query(description="The content hash; an empty one matches no artifact.")] = "",
) -> JsonResponse:
    """Get the oldest artifact with a content hash, or null."""
    return entry_response(backend.find_by_content_hash(hash))


def selection(
    q: str, artifact_type: str, source_pipeline: str, source_step: str, tags: str, order: Order = "best"
) -> Selection:
    """Return the selection of the filter parameters; raise `InvalidInput` if `tags` is not a JSON object."""
    return Selection(
        text=q,
        artifact_type=artifact_type or None,
        source_pipeline=source_pipeline or None,
        source_step=source_step or None,
        tags=_tags(tags),
        order=order,
    )


def _page(backend: CatalogBackend, filters: Selection, counts: _Counts, limit: str, cursor: str) -> JsonResponse:
    page = backend.find(filters, limit=checked_limit(limit), cursor=cursor or None, **counts._asdict())
    return page_response(page)


def _order(text: str) -> Order:
    if text == "best":
        return "best"
    if text == "newest":
        return "newest"
    raise InvalidInput(f"order {text[:40]!r} is unknown; use best or newest", field="order")


def _tags(text: str) -> dict[str, Any]:
    if not text:
        return {}
    return checked_object(parse_object(text, "tags"), "tags", len(text) * 6)
