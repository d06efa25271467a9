"""`catalog-graph parents add`, `remove`: the parents of a registered artifact."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog_graph.cli.common import CatalogOptions, Commands, Reference, UsageError, known, on_catalog, warn
from catalog_graph.cli.output import shown, write_lines

app = typer.Typer(no_args_is_help=True, help="Add parents to an artifact, and remove them.")
COMMANDS: Commands = {"parents": app}


@app.command("add")
@on_catalog
def add_parents(
    options: CatalogOptions,
    artifact_id: Reference,
    parents: Annotated[
        list[str] | None, typer.Argument(metavar="PARENT", help="The artifacts that it was made from, too.")
    ] = None,
    parent_ids: Annotated[
        list[str] | None,
        typer.Option("--parent-id", metavar="ID", help="The same by its id, registered or not; repeatable."),
    ] = None,
) -> None:
    """Add parents to an artifact, and print the ids of all its parents."""
    if not parents and not parent_ids:
        raise UsageError("no parents: give PARENT or --parent-id ID")
    with options.catalog() as catalog:
        own_id = known(catalog, artifact_id).artifact_id
        entry = catalog.add_parents(own_id, *parent_ids or [], parents=parents or [], exact=True)
    write_lines(map(shown, entry.parent_ids))


@app.command("remove")
@on_catalog
def remove_parents(
    options: CatalogOptions,
    artifact_id: Reference,
    parents: Annotated[list[str], typer.Argument(metavar="PARENT", help="The parents to remove.")],
) -> None:
    """Remove parents of an artifact, and print the ids of those that are left. History keeps what is removed."""
    with options.catalog() as catalog:
        before = known(catalog, artifact_id)
        ids = [each if each in before.parent_ids else catalog.resolve(each) for each in parents]
        entry = catalog.remove_parents(before.artifact_id, *ids, exact=True)
    for reference, parent_id in zip(parents, ids, strict=True):
        if parent_id not in before.parent_ids:
            warn(f"note: {shown(reference)!r} is no parent of the artifact")
    write_lines(map(shown, entry.parent_ids))
