"""The catalog as a Neo4j graph, over Bolt."""

from catalog_graph.backends.neo4j.backend import Neo4jCatalogBackend

__all__ = ["Neo4jCatalogBackend"]
