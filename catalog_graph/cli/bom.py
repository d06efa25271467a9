"""`catalog-graph bom`: the bill of materials of an artifact, or of all that carry an alias."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, OptionalReference, UsageError, note_cut, on_catalog
from catalog_graph.cli.output import write_json

DEFAULT_LIMIT = 10_000


class BomFormat(StrEnum):
    """Formats of a bill of materials."""

    cyclonedx = "cyclonedx"


class SpecVersion(StrEnum):
    """Versions of CycloneDX."""

    v1_6 = "1.6"
    v1_7 = "1.7"


def bom(
    options: CatalogOptions,
    artifact_id: OptionalReference = None,
    alias: Annotated[
        str | None,
        typer.Option("--alias", help="Without an artifact: the alias of those to describe, under any name."),
    ] = None,
    form: Annotated[
        BomFormat, typer.Option("--format", metavar="FORMAT", help="Format of the document: cyclonedx.")
    ] = BomFormat.cyclonedx,
    spec_version: Annotated[
        SpecVersion, typer.Option("--spec-version", help="Version of CycloneDX.")
    ] = SpecVersion.v1_6,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of artifacts.")] = DEFAULT_LIMIT,
) -> None:
    """Write the bill of materials of an artifact and everything that it was made from.

    Without an artifact, write that of all artifacts that carry --alias.
    """
    from catalog_graph.render.cyclonedx import is_complete

    if (artifact_id is None) == (alias is None):
        raise UsageError("give either an artifact or --alias, a name such as champion")
    with options.catalog() as catalog:
        document = catalog.bom(artifact_id, alias=alias, spec_version=spec_version.value, limit=limit)
    write_json(document)
    if not is_complete(document):
        note_cut(
            "… not complete: its compositions name the artifacts whose parents are unknown or left out", chosen=False
        )


COMMANDS: Commands = {"bom": on_catalog(bom)}
