"""`catalog-graph mcp`: the catalog as tools for a language model, over standard input and output."""

from __future__ import annotations

from catalog_graph.cli.common import CatalogOptions, Commands, on_catalog
from catalog_graph.errors import missing_extra


def mcp(options: CatalogOptions) -> None:
    """Answer questions of a language model by the Model Context Protocol, on standard input and output.

    The program of the model starts this command; its tools search, and ask about lineage. None changes anything.
    """
    try:
        from catalog_graph.server.mcp.tools import mcp_server
    except ModuleNotFoundError as error:
        raise missing_extra("this command", error.name or "mcp", "mcp") from error
    with options.catalog() as catalog:
        mcp_server(catalog.backend).run("stdio")


COMMANDS: Commands = {"mcp": on_catalog(mcp)}
