"""The latest version of a name is read from the end of an index, however many versions there are."""

from __future__ import annotations

from typing import Any

from neo4j import Driver

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.queries import query
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings

VERSIONS = 2_000


def hits(plan: dict[str, Any]) -> int:
    return int(plan["dbHits"]) + sum(map(hits, plan.get("children", [])))


def test_the_time_does_not_grow_with_the_versions(
    neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver, neo4j_settings: Neo4jSettings
) -> None:
    neo4j_backend.register_many([artifact(f"a{n}", name="Sales Region") for n in range(1, VERSIONS + 1)])
    neo4j_backend.register(artifact("old", name="Sales Region", version="v7"))
    neo4j_backend.delete(f"a{VERSIONS}")
    assert neo4j_backend.resolve("Sales Region:latest") == f"a{VERSIONS - 1}"
    text, values = query("artifacts/latest").bound({"compact": "salesregion", "name": "Sales Region"})
    profile = neo4j_driver.execute_query(f"PROFILE {text}", values, database_=neo4j_settings.database).summary.profile
    assert profile is not None
    assert hits(profile) < 100
