"""`catalog-graph keys`: API keys."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="API keys of the service.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """API keys of the service."""


@app.command()
def new(
    scope: Annotated[
        str, typer.Option("--scope", help="read, write (which includes read) or admin (which includes both).")
    ] = "write",
    name: Annotated[str, typer.Option("--name", help="What to call it in the key file.")] = "key",
) -> None:
    """Make an API key: printed once, with the line that makes the service know it."""
    from catalog_graph.server.access import new_key

    key, kept = new_key(name, scope)
    typer.echo("The key, shown this once; clients send it as FLOWYML_CATALOG_API_KEY:", err=True)
    typer.echo(key)
    typer.echo("Its line for the file that CATALOG_GRAPH_API_KEYS_FILE names; the key cannot be had from it:", err=True)
    typer.echo(kept.line())
