"""Routes for bills of materials."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import WithJsonSchema

from catalog_graph.checks import checked_limit
from catalog_graph.server.paths import ARTIFACTS, CATALOG, ArtifactId
from catalog_graph.server.responses import encode_json
from catalog_graph.server.route_classes import TraversalRoute
from catalog_graph.server.routes.common import MANDATORY, READ, Backend, Exact, Positive, problems, required

router = APIRouter(tags=["bom"], route_class=TraversalRoute)

SpecVersion = Annotated[
    str, WithJsonSchema({"enum": ["1.6", "1.7"]}), Query(description="The version of CycloneDX to write.")
]
Limit = Annotated[str, Positive, Query(description="Maximum artifacts in the document, nearest first.")]
MEDIA_TYPE = "application/vnd.cyclonedx+json"
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "A CycloneDX document.", "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
}


@router.get(
    f"{ARTIFACTS}/{{artifact_id}}/bom",
    response_class=Response,
    responses=_DOCUMENT | problems(404),
    dependencies=READ,
)
def bom(
    backend: Backend,
    artifact_id: ArtifactId,
    exact: Exact,
    spec_version: SpecVersion = "1.6",
    limit: Limit = "10000",
) -> Response:
    """Get the bill of materials of an artifact and everything that it was made from, as a CycloneDX document."""
    return _response(
        backend.bom(artifact_id, spec_version=spec_version or "1.6", limit=checked_limit(limit or "10000"), exact=exact)
    )


@router.get(f"{CATALOG}/bom", response_class=Response, responses=_DOCUMENT | problems(404), dependencies=READ)
def bom_of_alias(
    backend: Backend,
    alias: Annotated[
        str,
        Query(description="The alias of the artifacts, under any name, such as champion.", json_schema_extra=MANDATORY),
    ] = "",
    spec_version: SpecVersion = "1.6",
    limit: Limit = "10000",
) -> Response:
    """Get the bill of materials of all artifacts that carry an alias, as a CycloneDX document."""
    document = backend.bom(
        alias=required(alias, "alias"), spec_version=spec_version or "1.6", limit=checked_limit(limit or "10000")
    )
    return _response(document)


def _response(document: dict[str, Any]) -> Response:
    """Return a document as it is: notes about references are no part of it."""
    media_type = f"{MEDIA_TYPE}; version={document['specVersion']}"
    return Response(encode_json(document), media_type=media_type)
