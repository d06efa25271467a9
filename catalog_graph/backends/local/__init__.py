"""The catalog in one SQLite file, which FlowyML can use at the same time.

`backend` has the methods; the rooms are `artifacts`, `search` and `lineage` over `store`. What FlowyML itself writes is
read by `flowyml` before each question.
"""

from catalog_graph.backends.local.backend import LocalCatalogBackend

__all__ = ["LocalCatalogBackend"]
