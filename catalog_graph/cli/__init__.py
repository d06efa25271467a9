"""The command line: `catalog-graph`."""

from catalog_graph.cli.app import main

__all__ = ["main"]
