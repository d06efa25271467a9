"""The first batches of a catalog: Neo4j plans for them before it knows how much its indexes hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import GraphDatabase

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.queries import query
from catalog_graph.embedded import temporary_neo4j
from tests.support.neo4j import release_asked_for

pytestmark = pytest.mark.slow

FIRST = 5_000
HASHES = [f"hash {n}" for n in range(2_000)]
LOOK_UPS: dict[str, dict[str, Any]] = {
    "artifacts/lock": {"ids": HASHES, "parent_ids": HASHES, "hashes": HASHES},
    "artifacts/oldest_by_hash": {"hash": "hash"},
}


def reads(plan: dict[str, Any]) -> Iterator[str]:
    """Yield each index access of a plan, with its details."""
    if "Index" in plan["operatorType"]:
        yield f"{plan['operatorType'].partition('@')[0]} {plan['args'].get('Details')}"
    for child in plan.get("children", []):
        yield from reads(child)


def test_after_the_first_batch_a_hash_is_looked_up_among_hashes() -> None:
    """Else the second batch looks through the first once for each of its own artifacts."""
    first = [CatalogEntry(name=f"n{n}", artifact_type="Model", content_hash=f"hash {n}") for n in range(FIRST)]
    with (
        temporary_neo4j(release=release_asked_for()) as s,
        Neo4jCatalogBackend(s.uri, s.username, s.password) as backend,
        GraphDatabase.driver(s.uri, auth=(s.username, s.password)) as driver,
    ):
        backend.ensure_schema()
        backend.register_many(first)
        for name, values in LOOK_UPS.items():
            text, parameters = query(name).bound(values)
            plan = driver.execute_query(f"EXPLAIN {text}", parameters).summary.plan
            assert plan is not None
            found = [read for read in reads(plan) if "content_hash" in read or "Scan" in read or "seq" in read]
            assert found, name
            assert all(read.startswith("NodeIndexSeek RANGE INDEX a:Artifact(content_hash,") for read in found), found
