"""Memory of transactions: what would not fit is refused before it starts, and what fits waits for its turn."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import TransientError

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.neo4j import Neo4jCatalogBackend
from catalog_graph.backends.neo4j.artifacts.registration import register
from catalog_graph.backends.neo4j.store import memory
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.failures import translated
from catalog_graph.backends.neo4j.store.memory import TransactionMemory, needed_memory
from catalog_graph.backends.neo4j.store.transaction import Request
from catalog_graph.backends.observation import UNOBSERVED
from catalog_graph.errors import LimitExceeded, Overloaded, TimeLimitReached
from tests.support.neo4j import Neo4jSettings

MB = 1_000_000
DEFAULT_HEAP = 1024 * 1024 * 1024


class Full(TransientError):
    """The error of a transaction for which there is no memory."""

    code = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"


def entries(count: int, **fields: object) -> list[CatalogEntry]:
    return [CatalogEntry(artifact_id=f"a{n}", name="n", artifact_type="T", **fields) for n in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("batch", "measured_mb"),
    [
        (entries(4000), 82),
        (entries(2758, metadata={"text": "x" * 5500}), 157),
        (entries(300, tags={f"key{n}": (0.123456789, "0123456789abcdef" * 2)[n % 2] for n in range(200)}), 187),
        (entries(300, tags={"t": "abcdef " * 1500}), 243),
        (entries(2000, parent_ids=[f"p{n}" for n in range(20)]), 151),
    ],
)
def test_the_estimate_is_near_what_was_measured(batch: list[CatalogEntry], measured_mb: int) -> None:
    assert 0.8 * measured_mb < needed_memory(batch) / MB < 1.5 * measured_mb


def test_a_batch_of_the_largest_size_fits_the_default_heap() -> None:
    with TransactionMemory(DEFAULT_HEAP).held(entries(10_000, metadata={"text": "x" * 5500})):
        pass
    with TransactionMemory(DEFAULT_HEAP).held(
        entries(10_000, tags={"stage": "production", "team": "fraud", "f1": 0.9})
    ):
        pass


def test_a_batch_that_would_not_fit_is_refused_before_it_starts(
    neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings
) -> None:
    s = neo4j_settings
    with Neo4jCatalogBackend(s.uri, s.username, s.password, s.database, heap=64 * MB) as small:
        with pytest.raises(LimitExceeded, match=r"send at most 2,0[0-9]+ of them at a time"):
            small.register_many(entries(3000))
        assert small.list() == []
        assert len(small.register_many(entries(100))) == 100


def test_batches_share_the_memory_in_the_order_of_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, order = TransactionMemory(100 * MB), []

    def register(name: str, batch: list[CatalogEntry]) -> None:
        with shared.held(batch):
            order.append(name)

    with ExitStack() as stack:
        stack.enter_context(shared.held(entries(2000)))
        batches = {"large": entries(2500), "small": entries(10)}
        threads = [threading.Thread(target=register, args=each) for each in batches.items()]
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while len(shared._turns) < waiting:
                time.sleep(0.01)
        assert order == []
        monkeypatch.setattr(memory, "WAIT_SECONDS", 0.05)
        with pytest.raises(Overloaded, match="other batches"), shared.held(entries(10)):
            pass
    for thread in threads:
        thread.join(10)
    assert order == ["large", "small"]


def test_a_change_without_memory_is_too_large_and_a_question_asks_for_too_much() -> None:
    error = Full("full")
    assert type(translated(error, "neo4j", writing=True)) is LimitExceeded
    assert type(translated(error, "neo4j")) is TimeLimitReached


def transaction_memory(settings: Neo4jSettings, batch: list[CatalogEntry]) -> int:
    """Return the bytes that Neo4j says it needs to register a batch, which is not committed."""
    driver = GraphDatabase.driver(settings.uri, auth=(settings.username, settings.password))
    with driver, driver.session(database=settings.database) as session, driver.session() as other:
        transaction = session.begin_transaction(metadata={"test": "memory"})
        register(BoltTransaction(transaction, UNOBSERVED), [Request(batch, "warn")])
        query = "SHOW TRANSACTIONS YIELD metaData, estimatedUsedHeapMemory AS bytes WHERE metaData.test = 'memory'"
        [bytes_] = [record["bytes"] for record in other.run(f"{query} RETURN bytes")]
        transaction.rollback()
    return int(bytes_)


def test_known_artifacts_take_no_more_memory_than_new_ones(
    neo4j_backend: Neo4jCatalogBackend, neo4j_settings: Neo4jSettings
) -> None:
    batch = entries(500, tags={"stage": "staging", "team": "fraud"}, content_hash="c", uri="s3://lake/raw.parquet")
    new = transaction_memory(neo4j_settings, batch)
    neo4j_backend.register_many(batch)
    changed = [CatalogEntry(**{**entry, "tags": {"stage": "production"}}) for entry in batch]
    assert transaction_memory(neo4j_settings, changed) < 1.2 * new
    assert transaction_memory(neo4j_settings, batch) < 0.5 * new


def test_what_does_not_change_is_not_written(neo4j_backend: Neo4jCatalogBackend) -> None:
    batch = entries(2, tags={"count": 1})
    neo4j_backend.register_many(batch)
    before = neo4j_backend._mark(["a0", "a1"])
    neo4j_backend.register_many(batch)
    assert neo4j_backend._mark(["a0", "a1"]) == before
    neo4j_backend.register_many([CatalogEntry(**{**batch[0], "tags": {"count": True}})])
    assert neo4j_backend.get("a0").tags == {"count": True}  # type: ignore[union-attr]
    assert neo4j_backend._mark(["a0", "a1"]) != before
