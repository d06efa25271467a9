"""The catalog as people use it: `ArtifactCatalog`, one module per kind of question, named as in `backends/`."""

from catalog_graph.catalog.catalog import ArtifactCatalog

__all__ = ["ArtifactCatalog"]
