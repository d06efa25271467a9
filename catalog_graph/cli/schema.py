"""`catalog-graph schema`: the indexes and constraints that the catalog needs in Neo4j."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog_graph.cli.common import Commands, UsageError


def schema(
    show: Annotated[
        bool, typer.Option("--print", help="Print the Cypher statements that create the schema, for cypher-shell.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Create or upgrade the schema in the Neo4j of NEO4J_URI.")
    ] = False,
) -> None:
    """Create the indexes and constraints in Neo4j, for a service whose user may not create them.

    The service creates them when it starts. If its Neo4j user lacks the right to, an administrator runs the statements
    of --print, or this command with --apply as a user with that right, once for each new version.
    """
    if show == apply:
        raise UsageError("give either --print or --apply")
    if show:
        from catalog_graph.backends.neo4j.store.migrations import statements

        typer.echo(statements())
    else:
        _apply()


def _apply() -> None:
    from catalog_graph.server.bootstrap import NEO4J_SCHEMES, open_store, read_settings

    settings = read_settings()
    address = settings.store or settings.neo4j_uri
    if address.partition("://")[0] not in NEO4J_SCHEMES:
        raise UsageError(
            "--apply needs a Neo4j: set NEO4J_URI, and NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE if needed"
        )
    with open_store(settings) as store:
        typer.echo(f"The schema is up to date: {store.title}.")


COMMANDS: Commands = {"schema": schema}
