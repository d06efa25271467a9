"""Where a catalog is kept: one interface, three backends that behave alike."""

from catalog_graph.backends.base import CatalogBackend

__all__ = ["CatalogBackend"]
