"""The catalog of a service, over its HTTP API."""

from catalog_graph.backends.remote.backend import RemoteCatalogBackend

__all__ = ["RemoteCatalogBackend"]
