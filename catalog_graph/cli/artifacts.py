"""`catalog-graph register`, `get`, `tag`, `untag`, `delete`: one artifact at a time."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog_graph.cli.common import Reference, Store, UsageError, interactive, known, note
from catalog_graph.cli.output import (
    Format,
    ListFormat,
    shown,
    tag_lines,
    write,
    write_entries,
    write_json,
    write_lines,
    write_table,
)
from catalog_graph.cli.values import read_json, read_metadata, read_pairs
from catalog_graph.errors import NotFound

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.catalog.catalog import ArtifactCatalog


class OnDuplicate(StrEnum):
    """What to do where the same content is registered already."""

    warn = "warn"
    reuse = "reuse"
    error = "error"


def _text(*names: str, help: str) -> Any:
    return typer.Option(*names, metavar="TEXT", help=help, show_default=False)


def register(
    store: Store,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What it is called.")] = None,
    kind: Annotated[str | None, typer.Argument(metavar="TYPE", help="What it is, as Dataset or Model.")] = None,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Its file or folder, which is hashed, not stored.")
    ] = None,
    parent: Annotated[
        list[str] | None, typer.Option("--parent", metavar="ID", help="What it was made from; once for each.")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="KEY=VALUE", help="A tag; the value is JSON where it is any, else text."),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option("--metadata", metavar="KEY=VALUE", help="Metadata, likewise, or a whole JSON object."),
    ] = None,
    artifact_id: Annotated[str, _text("--id", help="Its id. (default: a new one)")] = "",
    version: Annotated[str | None, _text("--version", help="Its version. (default: the next number)")] = None,
    uri: Annotated[str, _text("--uri", help="Where it is kept.")] = "",
    pipeline: Annotated[str, _text("--pipeline", help="The pipeline that made it.")] = "",
    step: Annotated[str, _text("--step", help="The step that made it.")] = "",
    run: Annotated[str, _text("--run", help="The run that made it.")] = "",
    created_at: Annotated[str, _text("--created-at", help="When, in ISO-8601. (default: now)")] = "",
    content_hash: Annotated[str, _text("--content-hash", help="The hash of its content, instead of a PATH.")] = "",
    on_duplicate: Annotated[
        OnDuplicate, typer.Option("--on-duplicate", help="Where the same content is registered already.")
    ] = OnDuplicate.warn,
    json: Annotated[
        str | None,
        typer.Option(
            "--json", metavar="FILE", help="Read one artifact, or a list of them, as JSON; - is standard input."
        ),
    ] = None,
) -> None:
    """Register an artifact and print its id. Registering an id again adds to it and takes nothing away.

    With --json, NAME, TYPE and the options about the artifact are left out; a list is registered whole or not at all.
    """
    about = (name, kind, path, parent, tag, metadata, artifact_id, version, uri, pipeline, step, run, created_at)
    if json is not None:
        if any((*about, content_hash)):
            raise UsageError("--json has all of the artifact: give nothing else about it")
        _register_json(store, json, on_duplicate)
        return
    if not name or not kind:
        raise UsageError("give NAME and TYPE, or --json FILE")
    if path is not None and content_hash:
        raise UsageError("PATH and --content-hash: give one or the other")
    tags, more = read_pairs(tag or [], "--tag"), read_metadata(metadata or [])
    digest = content_hash or _hash_of(path)
    with store.catalog(create=True) as catalog:
        new_id = catalog.register(
            name,
            kind,
            source_step=step,
            source_run_id=run,
            source_pipeline=pipeline,
            parent_ids=[_parent(catalog, one) for one in parent or []],
            tags=tags,
            metadata=more,
            uri=uri,
            version=version,
            artifact_id=artifact_id,
            content_hash=digest,
            created_at=created_at,
            on_duplicate=on_duplicate.value,
        )
    write(new_id)


def _register_json(store: Store, file: str, on_duplicate: OnDuplicate) -> None:
    read = read_json(file)
    with store.catalog(create=True) as catalog:
        done = catalog.register_many(read if isinstance(read, list) else [read], on_duplicate=on_duplicate.value)
    write_lines(registration.artifact_id for registration in done)


def _hash_of(path: Path | None) -> str:
    if path is None:
        return ""
    from catalog_graph.hashing import content_hash

    return content_hash(path)


def get(store: Store, artifact_id: Reference, form: ListFormat = Format.table) -> None:
    """Show an artifact with all that is known of it."""
    with store.catalog() as catalog:
        entry = known(catalog, artifact_id)
    if form is Format.json:
        write_json(entry.to_dict())
    elif form is Format.csv:
        write_entries([entry], form)
    else:
        values = {**entry.to_dict(), "parent_ids": " ".join(entry.parent_ids)}
        write_table(("field", "value"), ((name, value) for name, value in values.items() if value), whole=("value",))


def tag(
    store: Store,
    artifact_id: Reference,
    pairs: Annotated[list[str], typer.Argument(metavar="KEY=VALUE", help="The tags to set.")],
) -> None:
    """Set tags; the others stay. A value is JSON where it is any (0.95, true, '"1.10"'), else text.

    Prints all tags that the artifact has now.
    """
    tags = read_pairs(pairs, "the tag")
    with store.catalog() as catalog:
        entry = catalog.backend.tag(known(catalog, artifact_id).artifact_id, tags)
    write_lines(tag_lines(entry.tags))


def untag(
    store: Store,
    artifact_id: Reference,
    keys: Annotated[list[str], typer.Argument(metavar="KEY", help="The tags to take away.")],
) -> None:
    """Take tags away, by key. Prints those that are left."""
    with store.catalog() as catalog:
        before = known(catalog, artifact_id)
        entry = catalog.untag(before.artifact_id, *keys)
    for key in keys:
        if key not in before.tags:
            note(f"note: there was no tag {key!r}")
    write_lines(tag_lines(entry.tags))


def delete(
    store: Store,
    artifact_ids: Annotated[list[str], typer.Argument(metavar="ID", help="The artifacts.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Unset the aliases that they carry.")] = False,
) -> None:
    """Take artifacts out of the catalog. Lineage that needs one keeps it, marked as deleted."""
    if not yes and not interactive():
        raise UsageError("nobody can be asked here whether that is meant: give --yes")
    with store.catalog() as catalog:
        found = [known(catalog, artifact_id) for artifact_id in artifact_ids]
        for entry in found:
            if yes or typer.confirm(f"Delete {_described(catalog, entry)}?", err=True):
                catalog.delete(entry.artifact_id, force=force)
                note(f"deleted: {shown(entry.artifact_id)}")


def _described(catalog: ArtifactCatalog, entry: CatalogEntry) -> str:
    text = f"{entry.name} ({entry.artifact_type}, {entry.version}) [{entry.artifact_id}]"
    children = len(catalog.get_lineage(entry.artifact_id).get("children", []))
    return shown(f"{text}, from which {children:,} derive{'s' if children == 1 else ''}" if children else text)


def _parent(catalog: ArtifactCatalog, reference: str) -> str:
    """The id of a parent; one that is not known yet is taken as it is, for it may be registered later."""
    try:
        return catalog.backend.resolve(reference)
    except NotFound:
        note(f"note: the parent {reference!r} is not registered; lineage shows it so until it is")
        return reference
