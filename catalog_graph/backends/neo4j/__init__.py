"""The catalog as a Neo4j graph, over Bolt."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from catalog_graph.errors import missing_extra

if TYPE_CHECKING or find_spec("neo4j") is not None:
    from catalog_graph.backends.neo4j.backend import Neo4jCatalogBackend
else:

    class Neo4jCatalogBackend:
        """A stand-in where Neo4j's driver is not installed; it says what to install."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            raise missing_extra("the Neo4j backend", "neo4j", "service")


__all__ = ["Neo4jCatalogBackend"]
