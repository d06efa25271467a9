"""`catalog-graph keys new`: API keys of the service."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog_graph.cli.common import Commands, UsageError, note
from catalog_graph.cli.output import write

app = typer.Typer(help="Make API keys for the service.", no_args_is_help=True)
COMMANDS: Commands = {"keys": app}


@app.callback()
def keys() -> None:
    """Make API keys for the service."""


@app.command()
def new(
    scope: Annotated[
        str, typer.Option("--scope", help="read, write (which includes read) or admin (which includes both).")
    ] = "write",
    name: Annotated[str, typer.Option("--name", help="The name of the key in the key file.")] = "key",
) -> None:
    """Make an API key: print it once, with its line for the key file of the service."""
    from catalog_graph.errors import ConfigurationError
    from catalog_graph.server.keys import new_key

    try:
        key, record = new_key(name, scope)
    except ConfigurationError as error:
        raise UsageError(error.message) from error
    note("The key, shown only this once; clients set it as FLOWYML_CATALOG_API_KEY:")
    write(key)
    note("Its line for the file of CATALOG_GRAPH_API_KEYS_FILE; it does not reveal the key:")
    write(record.line())
