"""Idempotency keys in the file: results are kept for a day."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local import LocalCatalogBackend
from catalog_graph.idempotency import LIFETIME

ENTRIES = [CatalogEntry(name="n", artifact_type="T")]


def test_a_key_is_valid_for_a_day(local_backend: LocalCatalogBackend) -> None:
    first = local_backend.register_many(ENTRIES, idempotency_key="k")
    age_receipts(local_backend, LIFETIME - 60_000_000)
    assert local_backend.register_many(ENTRIES, idempotency_key="k") == first
    assert age_receipts(local_backend, 120_000_000) == 1
    again = local_backend.register_many([*ENTRIES, *ENTRIES], idempotency_key="k")
    assert [a.created for a in again] == [True, True]
    assert age_receipts(local_backend, 2 * LIFETIME) == 1
    local_backend.register_many(ENTRIES, idempotency_key="another")
    assert age_receipts(local_backend, 0) == 1


def age_receipts(backend: LocalCatalogBackend, microseconds: int) -> int:
    """Make all receipts older, and return their number."""
    with closing(sqlite3.connect(backend.db_path)) as connection, connection:
        connection.execute("UPDATE cg_receipt SET at = at - ?", (microseconds,))
        return int(connection.execute("SELECT count(*) FROM cg_receipt").fetchone()[0])
