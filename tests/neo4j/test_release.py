"""The Neo4j that these tests run on is the one that was asked for."""

import os

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.schema import require_supported
from tests.support.neo4j import release_asked_for


def test_the_release(neo4j_backend: Neo4jCatalogBackend) -> None:
    version = neo4j_backend.check()["version"]
    require_supported(version)
    if "NEO4J_TEST_URI" not in os.environ and "NEO4J_TEST_IMAGE" not in os.environ:
        line = release_asked_for().version.rpartition(".")[0]
        assert version.startswith(f"{line}.")
