"""Many artifacts found: lists, search, the look-up by content."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query
from pydantic import WithJsonSchema

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.checks import MAX_PAGE, checked_limit, checked_object
from catalog_graph.errors import InvalidInput
from catalog_graph.facets import SAMPLE_SIZE, split_names
from catalog_graph.query.selection import Order, Selection
from catalog_graph.server.bodies import read_object
from catalog_graph.server.models import artifacts
from catalog_graph.server.paths import ARTIFACTS
from catalog_graph.server.responses import Answer, entry_answer, page_answer
from catalog_graph.server.routes.common import READ, Backend, Cursor, Flag, flag, problems

router = APIRouter(prefix=ARTIFACTS, tags=["finding"])

Text = Annotated[str, Query(description="A text of the query language.", examples=["stage:production team:fraud"])]
Equal = Annotated[str, Query(description="Must be equal.")]
Tags = Annotated[
    str, Query(description="A JSON object: every tag of it must be equal.", examples=['{"stage": "production"}'])
]
Limit = Annotated[
    str,
    WithJsonSchema({"type": "integer", "minimum": 1}),
    Query(description=f"Artifacts on the page; above {MAX_PAGE:,} it is served as {MAX_PAGE:,}."),
]


Ordered = Annotated[
    str,
    WithJsonSchema({"enum": ["best", "newest"]}),
    Query(description="`best` puts first what the words of `q` name; `newest` goes by age alone."),
]
Total = Annotated[str, Flag, Query(description="`true`: count all that match, exactly.")]
FacetNames = Annotated[
    str,
    Query(
        description="Count what matches by these, with commas between them: `type`, `pipeline`, `step`, else the key "
        "of a tag, for which `tag.KEY` stands too. A backslash before a comma makes it part of a key.",
        examples=["type,team"],
    ),
]
ExactFacets = Annotated[
    str, Flag, Query(description=f"`true`: count by all that match, not by the newest {SAMPLE_SIZE:,} of them alone.")
]


class _Chosen(NamedTuple):
    """What is chosen, as it was sent."""

    q: str
    artifact_type: str
    source_pipeline: str
    source_step: str
    tags: str
    order: str

    def selection(self) -> Selection:
        """The same, read."""
        return replace(selection(*self[:-1]), order=_order(self.order or "best"))


async def _chosen(
    q: Text = "",
    artifact_type: Equal = "",
    source_pipeline: Equal = "",
    source_step: Equal = "",
    tags: Tags = "",
    order: Ordered = "best",
) -> _Chosen:
    return _Chosen(q, artifact_type, source_pipeline, source_step, tags, order)


Chosen = Annotated[_Chosen, Depends(_chosen)]


class _Beside(NamedTuple):
    """What is asked for beside the artifacts, as it was sent."""

    total: str
    facets: str
    exact_facets: str


async def _beside(total: Total = "", facets: FacetNames = "", exact_facets: ExactFacets = "") -> _Beside:
    return _Beside(total, facets, exact_facets)


Also = Annotated[_Beside, Depends(_beside)]


@router.get("", response_model=artifacts.Page, responses=problems(413), dependencies=READ)
def list_artifacts(
    backend: Backend,
    chosen: Chosen,
    beside: Also,
    limit: Limit = "100",
    cursor: Cursor = "",
) -> Answer:
    """The artifacts that match every filter, newest first (where `q` is sent, best first)."""
    return _page(backend, chosen, beside, limit or "100", cursor)


@router.get("/search", response_model=artifacts.Page, responses=problems(413), dependencies=READ)
def search(
    backend: Backend,
    chosen: Chosen,
    beside: Also,
    limit: Limit = "50",
    cursor: Cursor = "",
) -> Answer:
    """What matches a text of the query language, best first."""
    return _page(backend, chosen, beside, limit or "50", cursor)


@router.get("/by-hash", response_model=artifacts.Entry | None, responses=problems(), dependencies=READ)
def find_by_content_hash(
    backend: Backend, hash: Annotated[str, Query(description="The content hash; an empty one finds nothing.")] = ""
) -> Answer:
    """The oldest artifact with that content hash, or null."""
    return entry_answer(backend.find_by_content_hash(hash))


def selection(q: str, artifact_type: str, source_pipeline: str, source_step: str, tags: str) -> Selection:
    """What the parameters of a list select."""
    return Selection(
        text=q,
        artifact_type=artifact_type or None,
        source_pipeline=source_pipeline or None,
        source_step=source_step or None,
        tags=_tags(tags),
    )


def _page(backend: CatalogBackend, chosen: _Chosen, beside: _Beside, limit: str, cursor: str) -> Answer:
    found = backend.find(
        chosen.selection(),
        limit=checked_limit(limit),
        cursor=cursor or None,
        total=flag(beside.total, "total"),
        facets=split_names(beside.facets),
        exact_facets=flag(beside.exact_facets, "exact_facets"),
    )
    return page_answer(found)


def _order(text: str) -> Order:
    if text == "best":
        return "best"
    if text == "newest":
        return "newest"
    raise InvalidInput(f"order {text[:40]!r} is not known; use best or newest", field="order")


def _tags(text: str) -> dict[str, Any]:
    if not text:
        return {}
    return checked_object(read_object(text, "tags"), "tags", len(text) * 6)
