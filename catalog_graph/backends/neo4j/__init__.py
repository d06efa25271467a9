"""The catalog as a Neo4j graph, over Bolt."""

from catalog_graph.errors import missing_extra

try:
    import neo4j as neo4j
except ModuleNotFoundError as error:
    raise missing_extra("the Neo4j backend", "neo4j", "service") from error

from catalog_graph.backends.neo4j.backend import Neo4jCatalogBackend

__all__ = ["Neo4jCatalogBackend"]
