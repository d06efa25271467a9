"""`catalog-graph register`, `get`, `resolve`, `find-by-hash`, `delete`, `undelete`, `purge`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import (
    CatalogOptions,
    Commands,
    Reference,
    UsageError,
    interactive,
    known,
    note,
    on_catalog,
)
from catalog_graph.cli.output import (
    Format,
    ListFormat,
    shown,
    write,
    write_entries,
    write_json,
    write_lines,
    write_table,
)
from catalog_graph.cli.values import TagJson, read_json, read_metadata, read_tags

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.catalog.catalog import ArtifactCatalog


class OnDuplicate(StrEnum):
    """Treatment of content that is registered already."""

    warn = "warn"
    reuse = "reuse"
    error = "error"


def _text(*names: str, help: str) -> Any:
    return typer.Option(*names, metavar="TEXT", help=help, show_default=False)


def register(
    options: CatalogOptions,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The name of the artifact.")] = None,
    artifact_type: Annotated[
        str | None, typer.Argument(metavar="TYPE", help="Its type, such as Dataset or Model.")
    ] = None,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Its file or folder, which is hashed, not stored.")
    ] = None,
    parents: Annotated[
        list[str] | None,
        typer.Option(
            "--parent", metavar="REF", help="An artifact that it was made from: an id or a reference; repeatable."
        ),
    ] = None,
    parent_ids: Annotated[
        list[str] | None,
        typer.Option("--parent-id", metavar="ID", help="The same by its id, registered or not; repeatable."),
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="KEY=VALUE",
            help="A tag: text, or JSON if it is printed as it is written (0.95, not 0.90); repeatable.",
        ),
    ] = None,
    tag_json: TagJson = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option("--metadata", metavar="KEY=VALUE", help="Metadata as for --tag, or one JSON object; repeatable."),
    ] = None,
    artifact_id: Annotated[str, _text("--id", help="Its id. (default: a new one)")] = "",
    version: Annotated[str | None, _text("--version", help="Its version. (default: the next number)")] = None,
    uri: Annotated[str, _text("--uri", help="Where its content is.")] = "",
    source_pipeline: Annotated[str, _text("--pipeline", help="The pipeline that made it.")] = "",
    source_step: Annotated[str, _text("--step", help="The step that made it.")] = "",
    source_run_id: Annotated[str, _text("--run", help="The run that made it.")] = "",
    created_at: Annotated[str, _text("--created-at", help="When it was made, in ISO-8601. (default: now)")] = "",
    content_hash: Annotated[str, _text("--content-hash", help="The hash of its content, instead of PATH.")] = "",
    on_duplicate: Annotated[
        OnDuplicate, typer.Option("--on-duplicate", help="What to do if its content is registered already.")
    ] = OnDuplicate.warn,
    json: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE", help="Read one artifact, or a list of them, as JSON; - is standard input."
        ),
    ] = None,
) -> None:
    """Register an artifact and print its id. Registering an id again adds to the artifact and removes nothing.

    --json replaces NAME, TYPE and the options that describe the artifact; a list is registered as a whole or not at
    all.
    """
    source = (source_pipeline, source_step, source_run_id)
    described = (
        name,
        artifact_type,
        path,
        parents,
        parent_ids,
        tags,
        tag_json,
        metadata,
        artifact_id,
        version,
        uri,
        *source,
    )
    if json is not None:
        if any((*described, created_at, content_hash)):
            raise UsageError("--json replaces NAME, TYPE and the options that describe the artifact: leave them out")
        _register_json(options, json, on_duplicate)
        return
    if not name or not artifact_type:
        raise UsageError("missing NAME and TYPE: give both, or --json FILE")
    if path is not None and content_hash:
        raise UsageError("PATH and --content-hash exclude each other: give one or the other")
    tag_values, metadata_values = read_tags(tags, tag_json), read_metadata(metadata or [])
    digest = content_hash or _hash_of(path)
    with options.catalog(create=True) as catalog:
        new_id = catalog.register(
            name,
            artifact_type,
            source_step=source_step,
            source_run_id=source_run_id,
            source_pipeline=source_pipeline,
            parent_ids=parent_ids,
            parents=parents,
            tags=tag_values,
            metadata=metadata_values,
            uri=uri,
            version=version,
            artifact_id=artifact_id,
            content_hash=digest,
            created_at=created_at,
            on_duplicate=on_duplicate.value,
        )
    write(new_id)


def _register_json(options: CatalogOptions, file: str, on_duplicate: OnDuplicate) -> None:
    content = read_json(file)
    entries = content if isinstance(content, list) else [content]
    with options.catalog(create=True) as catalog:
        registrations = catalog.register_many(entries, on_duplicate=on_duplicate.value)
    write_lines(registration.artifact_id for registration in registrations)


def _hash_of(path: Path | None) -> str:
    if path is None:
        return ""
    from catalog_graph.hashing import content_hash

    return content_hash(path)


def get(options: CatalogOptions, artifact_id: Reference, form: ListFormat = Format.table) -> None:
    """Show all fields of an artifact."""
    with options.catalog() as catalog:
        entry = known(catalog, artifact_id)
    _show(entry, form)


def resolve(options: CatalogOptions, artifact_id: Reference) -> None:
    """Print the id that a reference stands for, such as that of name@alias."""
    with options.catalog() as catalog:
        write(catalog.backend.resolve(artifact_id))


def find_by_hash(
    options: CatalogOptions,
    content_hash: Annotated[str | None, typer.Argument(metavar="HASH", help="The hash of the content.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PATH", help="A file or folder with the content, instead of HASH.")
    ] = None,
    form: ListFormat = Format.table,
) -> None:
    """Show the oldest artifact with this content. The exit status is 1 if there is none."""
    from catalog_graph.errors import NotFound

    if (content_hash is None) == (file is None):
        raise UsageError("give either HASH or --file PATH")
    digest = content_hash or _hash_of(file)
    with options.catalog() as catalog:
        entry = catalog.find_by_hash(digest)
    if entry is None:
        raise NotFound(f"no artifact has the content hash {digest!r}")
    _show(entry, form)


def _show(entry: CatalogEntry, form: Format) -> None:
    if form is Format.json:
        write_json(entry.to_dict())
    elif form is Format.csv:
        write_entries([entry], form)
    else:
        values = {**entry, "parent_ids": " ".join(entry.parent_ids), "aliases": " ".join(entry.aliases)}
        write_table(("field", "value"), ((name, value) for name, value in values.items() if value), whole=("value",))


def delete(
    options: CatalogOptions,
    artifact_ids: Annotated[list[str], typer.Argument(metavar="ID", help="The artifacts.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Unset the aliases of the artifacts first.")] = False,
    by: Annotated[
        str, typer.Option("--by", metavar="WHO", help="With --force: who does so, for the history.", show_default=False)
    ] = "",
) -> None:
    """Delete artifacts. The lineage of what derives from them keeps them, marked as deleted."""
    if not yes and not interactive():
        raise UsageError("delete asks for confirmation, but there is no terminal to ask on: give --yes")
    with options.catalog() as catalog:
        entries = [known(catalog, artifact_id) for artifact_id in artifact_ids]
        for entry in entries:
            if yes or typer.confirm(f"Delete {_described(catalog, entry)}?", err=True):
                catalog.delete(entry.artifact_id, force=force, by=by, exact=True)
                note(f"deleted: {shown(entry.artifact_id)}")


def undelete(
    options: CatalogOptions,
    artifact_ids: Annotated[list[str], typer.Argument(metavar="ID", help="The exact ids of the artifacts.")],
) -> None:
    """Register deleted artifacts again as they were, with their tags and parents, but without aliases."""
    with options.catalog() as catalog:
        for artifact_id in artifact_ids:
            entry = catalog.undelete(artifact_id)
            note(f"registered again: {shown(entry.artifact_id)}")


def purge(
    options: CatalogOptions,
    artifact_ids: Annotated[list[str], typer.Argument(metavar="ID", help="The artifacts, registered or deleted.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also if something derives from them, or they have aliases.")
    ] = False,
) -> None:
    """Remove artifacts for good, with all their data; their ids alone stay. Nothing brings them back."""
    if not yes and not interactive():
        raise UsageError("purge asks for confirmation, but there is no terminal to ask on: give --yes")
    with options.catalog() as catalog:
        for artifact_id in artifact_ids:
            entry = catalog.get(artifact_id)
            text = shown(artifact_id) if entry is None else _described(catalog, entry)
            if yes or typer.confirm(f"Purge {text}? This cannot be undone.", err=True):
                own_id = artifact_id if entry is None else entry.artifact_id
                catalog.purge(own_id, force=force)
                note(f"purged: {shown(own_id)}")


def _described(catalog: ArtifactCatalog, entry: CatalogEntry) -> str:
    text = f"{entry.name} ({entry.artifact_type}, {entry.version}) [{entry.artifact_id}]"
    children = len(catalog.get_lineage(entry.artifact_id, exact=True).get("children", []))
    return shown(f"{text}, which has {children:,} child{'' if children == 1 else 'ren'}" if children else text)


COMMANDS: Commands = {
    "register": on_catalog(register),
    "get": on_catalog(get),
    "resolve": on_catalog(resolve),
    "find-by-hash": on_catalog(find_by_hash),
    "delete": on_catalog(delete),
    "undelete": on_catalog(undelete),
    "purge": on_catalog(purge),
}
