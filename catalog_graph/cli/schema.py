"""`catalog-graph schema`: the indexes and constraints that the catalog needs in Neo4j."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog_graph.cli.common import UsageError, note


def schema(
    show: Annotated[
        bool, typer.Option("--print", help="Write the statements that make it, as cypher-shell takes them.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Make or upgrade it in the Neo4j that NEO4J_URI and its like name.")
    ] = False,
) -> None:
    """The indexes and constraints in Neo4j, for a service whose user may not make them itself.

    The service makes them at its start. Where Neo4j does not let its user do so, an administrator runs what --print
    writes (or this command with --apply, as a user who may), once for each new version.
    """
    if show == apply:
        raise UsageError("give --print or --apply")
    if show:
        from catalog_graph.backends.neo4j.store.schema import statements

        typer.echo(statements())
    else:
        _apply()


def _apply() -> None:
    from catalog_graph.server.bootstrap import NEO4J_SCHEMES, open_store, read_settings

    settings = read_settings()
    address = settings.store or settings.neo4j_uri
    if address.partition("://")[0] not in NEO4J_SCHEMES:
        raise UsageError("Which Neo4j? Set NEO4J_URI, and NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE.")
    with open_store(settings) as store:
        note(f"The schema is up to date: {store.title}.")
