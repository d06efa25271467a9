"""`catalog-graph tag`, `untag`, `tag-many`, `untag-many`, `unset`: tags and metadata of artifacts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from catalog_graph.checks import CLEARABLE_FIELDS
from catalog_graph.cli.common import CatalogOptions, Commands, Reference, UsageError, known, on_catalog, warn
from catalog_graph.cli.output import tag_lines, write_json, write_lines
from catalog_graph.cli.values import TagJson, read_json, read_json_pairs, read_pairs
from catalog_graph.errors import InvalidInput


def tag(
    options: CatalogOptions,
    artifact_id: Reference,
    pairs: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", help="The tags to set.")] = None,
    tag_json: TagJson = None,
) -> None:
    """Set tags of an artifact, keep its other tags, and print them all.

    A VALUE that is valid JSON (0.95, true, '"1.10"') is stored as JSON, any other as text; so is a number that would be
    printed otherwise (3.10, 12345e7): for that there is --tag-json.
    """
    tags = read_pairs(pairs or [], "the tag") | read_json_pairs(tag_json or [], "--tag-json")
    if not tags:
        raise UsageError("missing KEY=VALUE: give the tags to set")
    with options.catalog() as catalog:
        entry = catalog.backend.tag(known(catalog, artifact_id).artifact_id, tags)
    write_lines(tag_lines(entry.tags))


def untag(
    options: CatalogOptions,
    artifact_id: Reference,
    keys: Annotated[list[str], typer.Argument(metavar="KEY", help="The keys of the tags to remove.")],
) -> None:
    """Remove tags of an artifact by key, and print those that are left."""
    with options.catalog() as catalog:
        before = known(catalog, artifact_id)
        entry = catalog.untag(before.artifact_id, *keys, exact=True)
    for key in keys:
        if key not in before.tags:
            warn(f"note: the artifact has no tag {key!r}")
    write_lines(tag_lines(entry.tags))


def unset(
    options: CatalogOptions,
    artifact_id: Reference,
    metadata: Annotated[
        list[str] | None, typer.Option("--metadata", metavar="KEY", help="A metadata key to remove; repeatable.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field", metavar="NAME", help=f"A field to clear, of {', '.join(CLEARABLE_FIELDS)}; repeatable."
        ),
    ] = None,
) -> None:
    """Remove metadata of an artifact by key, clear fields, and print the metadata that is left."""
    if not metadata and not field:
        raise UsageError("nothing to remove: give --metadata KEY or --field NAME")
    with options.catalog() as catalog:
        before = known(catalog, artifact_id)
        entry = catalog.unset(before.artifact_id, metadata=metadata or [], fields=field or [])
    for key in metadata or []:
        if key not in before.metadata:
            warn(f"note: the artifact has no metadata {key!r}")
    write_lines(tag_lines(entry.metadata))


def tag_many(
    options: CatalogOptions,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help='A JSON object {"ID": {"KEY": VALUE}}; - is standard input.')
    ],
) -> None:
    """Set tags of many artifacts, all or none, and print all tags of each as JSON, by id."""
    values = _objects(file, dict, '{"ID": {"KEY": VALUE}}')
    with options.catalog() as catalog:
        write_json(catalog.tag_many(values))


def untag_many(
    options: CatalogOptions,
    file: Annotated[str, typer.Argument(metavar="FILE", help='A JSON object {"ID": ["KEY"]}; - is standard input.')],
) -> None:
    """Remove tags of many artifacts, all or none, and print the tags that are left as JSON, by id."""
    keys = _objects(file, list, '{"ID": ["KEY"]}')
    with options.catalog() as catalog:
        write_json(catalog.untag_many(keys))


def _objects(file: str, kind: type, form: str) -> dict[str, Any]:
    values = read_json(file, "FILE")
    if not isinstance(values, dict) or not all(isinstance(value, kind) for value in values.values()):
        raise InvalidInput(f"FILE must be a JSON object {form}")
    return values


COMMANDS: Commands = {
    "tag": on_catalog(tag),
    "untag": on_catalog(untag),
    "tag-many": on_catalog(tag_many),
    "untag-many": on_catalog(untag_many),
    "unset": on_catalog(unset),
}
