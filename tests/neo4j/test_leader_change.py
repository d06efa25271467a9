"""A change of the leader, and commits of unknown outcome, played by a proxy between the backend and Neo4j."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.errors import StoreUnavailable
from tests.neo4j.bolt_proxy import BEGIN, COMMIT, BoltProxy, Fate, Step, proxy_of
from tests.support.entries import artifact
from tests.support.neo4j import Neo4jSettings


@pytest.fixture
def way(neo4j_settings: Neo4jSettings) -> Iterator[BoltProxy]:
    with proxy_of(neo4j_settings.uri) as proxy:
        yield proxy


@pytest.fixture
def cluster(
    way: BoltProxy, neo4j_settings: Neo4jSettings, neo4j_backend: Neo4jCatalogBackend
) -> Iterator[Neo4jCatalogBackend]:
    """Return an empty catalog behind the proxy."""
    s = neo4j_settings
    with Neo4jCatalogBackend(f"neo4j://127.0.0.1:{way.port}", s.username, s.password, s.database) as backend:
        yield backend


def test_a_write_finds_the_next_leader(cluster: Neo4jCatalogBackend, way: BoltProxy) -> None:
    way.plan = [Step(BEGIN, "refuse")] * 3 + [Step(COMMIT, "refuse")]
    assert cluster.register_one(artifact("a")).created
    assert (way.plan, way.messages.count(BEGIN), way.messages.count(COMMIT)) == ([], 5, 2)
    way.plan = [Step(COMMIT, "refuse")]
    assert cluster.tag("a", {"stage": "production"}).tags == {"stage": "production"}
    assert [change.kind for change in cluster.audit("a")] == ["tagged", "registered"]


@pytest.mark.parametrize("fate", ["lose", "unanswered"])
def test_a_commit_of_unknown_outcome(cluster: Neo4jCatalogBackend, way: BoltProxy, fate: Fate) -> None:
    way.plan = [Step(COMMIT, fate)]
    with pytest.raises(StoreUnavailable, match="may or may not have been made"):
        cluster.register_one(artifact("a"), idempotency_key="k")
    assert way.messages.count(COMMIT) == 1
    assert cluster.register_one(artifact("a"), idempotency_key="k").created
    assert [change.kind for change in cluster.audit("a")] == ["registered"]
