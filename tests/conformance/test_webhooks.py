"""Webhooks in a store, and the lease of who delivers."""

from __future__ import annotations

import time

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.webhooks import Progress, StoredWebhook
from tests.support.backends import NEO4J


def webhook(webhook_id: str, created_at: int, *kinds: str) -> StoredWebhook:
    return StoredWebhook(webhook_id, "https://h/x", "whsec_x", "type:Model", kinds, created_at, "root", Progress("4"))


@pytest.mark.parametrize("new_catalog", ["model", "local", NEO4J], indirect=True)
def test_webhooks_are_kept_and_one_holder_notes_their_progress(backend: CatalogBackend) -> None:
    assert isinstance(backend, StoreBackend)
    store = backend.webhooks
    assert store.all() == []
    first, second = webhook("wh_2", 1, "tagged", "deleted"), webhook("wh_1", 2)
    store.keep(second)
    store.keep(first)
    assert store.all() == [first, second]
    assert not store.note("wh_1", Progress("5"), "a")  # nobody has the lease
    assert store.take_lease("a", 0.5)
    assert store.take_lease("a", 0.5)
    assert not store.take_lease("b", 60)
    failing = Progress("4.2", 3, 10, 20, "no answer", 5, 30)
    assert store.note("wh_1", failing, "a")
    assert not store.note("wh_1", Progress("9"), "b")
    assert not store.note("wh_9", Progress("9"), "a")
    assert [each.progress for each in store.all()] == [Progress("4"), failing]
    assert store.note("wh_1", Progress("6"), "a")
    assert store.note("wh_2", Progress("7"), None)
    assert [each.progress for each in store.all()] == [Progress("7"), Progress("6")]
    time.sleep(0.6)
    assert store.take_lease("b", 60)
    assert not store.note("wh_1", Progress("8"), "a")
    assert store.take_lease("b", 0)
    time.sleep(0.01)
    assert store.take_lease("a", 60)
    store.delete("wh_2")
    store.delete("wh_2")
    assert [each.id for each in store.all()] == ["wh_1"]
    assert backend.audit_page().record.last == 0  # the record has changes of the catalog alone
