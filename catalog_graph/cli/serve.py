"""`catalog-graph serve`: the service, in the foreground."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def _option(*names: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, show_default=False, **more)


def serve(
    host: Annotated[str | None, _option("--host", help="The address to serve at. (default: 127.0.0.1)")] = None,
    port: Annotated[int | None, _option("--port", help="Its port; 0 is any free one. (default: 8000)")] = None,
    store: Annotated[
        str | None,
        _option(
            "--store",
            metavar="ADDRESS",
            help="neo4j://… or bolt://…, or sqlite:///FILE. (default: NEO4J_URI, else a Neo4j of the service's own)",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        _option("--data-dir", metavar="FOLDER", help="Where the service's own Neo4j keeps its data."),
    ] = None,
    no_auth: Annotated[
        bool | None, _option("--no-auth", help="Serve everybody who reaches the address, without API keys.")
    ] = None,
    log_level: Annotated[
        str | None, _option("--log-level", help="debug, info, warning or error. (default: warning)")
    ] = None,
    access_log: Annotated[bool | None, _option("--access-log", help="Log every request.")] = None,
) -> None:
    """Serve the catalog over HTTP.

    Without a store of your own, that is on a Neo4j that it starts and stops itself. Every option, and more, can
    be set by environment variables: see docs/settings.md.
    """
    from catalog_graph.server.bootstrap import read_settings
    from catalog_graph.server.run import serve as run

    run(
        read_settings(
            host=host,
            port=port,
            store=store,
            data_dir=data_dir,
            no_auth=no_auth,
            log_level=log_level,
            access_log=access_log,
        )
    )
