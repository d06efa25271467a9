"""`catalog-graph serve`: the service, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from catalog_graph.cli.common import Commands, UsageError


def _option(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, show_default=False, **more)


def serve(
    host: Annotated[str | None, _option("--host", help="The address to listen on. (default: 127.0.0.1)")] = None,
    port: Annotated[
        int | None, _option("--port", help="The port to listen on; 0 is any free port. (default: 8000)")
    ] = None,
    store: Annotated[
        str | None,
        _option(
            "--store",
            metavar="ADDRESS",
            help="neo4j://…, bolt://… or sqlite:///FILE. (default: NEO4J_URI, or else an embedded Neo4j)",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        _option("--data-dir", metavar="FOLDER", help="The data folder of the embedded Neo4j."),
    ] = None,
    no_auth: Annotated[bool | None, _option("--no-auth", help="Serve every request without an API key.")] = None,
    log_level: Annotated[
        str | None, _option("--log-level", help="debug, info, warning or error. (default: warning)")
    ] = None,
    access_log: Annotated[bool | None, _option("--access-log", help="Log every request.")] = None,
) -> None:
    """Serve the catalog over HTTP.

    Without --store and NEO4J_URI the service starts and stops an embedded Neo4j. Environment variables set these
    options and more: see docs/settings.md.
    """
    from catalog_graph.errors import ConfigurationError
    from catalog_graph.server.bootstrap import read_settings
    from catalog_graph.server.run import serve as run

    try:
        settings = read_settings(
            host=host,
            port=port,
            store=store,
            data_dir=data_dir,
            no_auth=no_auth,
            log_level=log_level,
            access_log=access_log,
        )
    except ConfigurationError as error:
        raise UsageError(error.message) from error
    run(settings)


COMMANDS: Commands = {"serve": serve}
