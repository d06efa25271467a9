"""The catalog in one SQLite file, which FlowyML can go on using at the same time."""

from catalog_graph.backends.local.backend import LocalCatalogBackend

__all__ = ["LocalCatalogBackend"]
