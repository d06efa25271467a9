"""`ArtifactCatalog`, the face of the package; its modules are named as those of `backends/`."""

from catalog_graph.catalog.catalog import ArtifactCatalog

__all__ = ["ArtifactCatalog"]
