"""The catalog service: the HTTP API over any backend."""

from catalog_graph.server.app import create_app
from catalog_graph.server.settings import ServerSettings

__all__ = ["ServerSettings", "create_app"]
