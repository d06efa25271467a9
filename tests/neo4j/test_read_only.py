"""A database that cannot be written: the nearest that Community has to a user who may not."""

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import ConfigurationError, StoreUnavailable
from tests.neo4j.configured import read_only_neo4j
from tests.support.entries import artifact

pytestmark = pytest.mark.slow


def test_a_database_that_cannot_be_written() -> None:
    with (
        read_only_neo4j() as found,
        Neo4jCatalogBackend(f"bolt://localhost:{found.port}", found.username, found.password) as backend,
    ):
        with pytest.raises(ConfigurationError, match="database 'neo4j' is read-only"):
            backend.ensure_schema()
        with pytest.raises(StoreUnavailable, match="database 'neo4j' is read-only"):
            backend.register(artifact("a"))
