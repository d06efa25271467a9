"""Receipts in Neo4j: kept a day, found on either side of its end, and dropped when they are over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from neo4j import Driver

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.store.idempotency import Receipts
from tests.support.neo4j import Neo4jSettings

DAY = 24 * 3600 * 1_000_000
SENT = [CatalogEntry(name="n", artifact_type="T")]


@pytest.fixture
def moved(
    neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver, neo4j_settings: Neo4jSettings
) -> Callable[[int], int]:
    """Return a function that ages all receipts by microseconds and returns the number of days with receipts."""

    def move(microseconds: int) -> int:
        text = (
            "MATCH (r:_CatalogReceipt) SET r.at = r.at - $by, r.day = (r.at - $by) / $one_day "
            "RETURN count(DISTINCT r.day) AS days"
        )
        values = {"by": microseconds, "one_day": DAY}
        return int(neo4j_driver.execute_query(text, values, database_=neo4j_settings.database).records[0]["days"])

    return move


def test_a_key_is_good_for_a_day(neo4j_backend: Neo4jCatalogBackend, moved: Callable[[int], int]) -> None:
    first = neo4j_backend.register_many(SENT, idempotency_key="k")
    assert moved(DAY - 60_000_000) == 1
    assert neo4j_backend.register_many(SENT, idempotency_key="k") == first
    assert moved(120_000_000) == 1
    again = neo4j_backend.register_many([*SENT, *SENT], idempotency_key="k")
    assert [a.created for a in again] == [True, True]
    assert len(neo4j_backend.list_artifacts()) == 3


def test_what_is_over_is_dropped(neo4j_backend: Neo4jCatalogBackend, moved: Callable[[int], int]) -> None:
    for key in ("a", "b"):
        neo4j_backend.register_many([CatalogEntry(name=key, artifact_type="T")], idempotency_key=key)
    moved(3 * DAY)
    neo4j_backend.register_many([CatalogEntry(name="c", artifact_type="T")], idempotency_key="c")
    Receipts().drop_old(neo4j_backend._bolt)
    assert moved(0) == 1


def test_a_large_answer_is_short(neo4j_backend: Neo4jCatalogBackend, neo4j_driver: Driver) -> None:
    """About ten bytes an artifact: a day of a busy catalog has many."""
    entries = [CatalogEntry(name="n", artifact_type="T", uri=f"u{n}") for n in range(1000)]
    first = neo4j_backend.register_many(entries, idempotency_key="k")
    size = neo4j_driver.execute_query("MATCH (r:_CatalogReceipt) RETURN size(r.answers) AS size").records[0]["size"]
    assert size < 12 * len(entries)
    assert neo4j_backend.register_many(entries, idempotency_key="k") == first
