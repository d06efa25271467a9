"""Idempotency keys in the file: the results of a request are stored by the transaction that carries it out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.backends.local.store.clock import now
from catalog_graph.idempotency import LIFETIME, Receipt, results_text


def earlier_results(
    connection: sqlite3.Connection, receipt: Receipt | None, entries: Sequence[CatalogEntry]
) -> list[Registration] | None:
    """Return the results that were stored under the key before, or `None`; raise `IdempotencyKeyReused`."""
    stored = stored_answer(connection, receipt)
    return None if receipt is None or stored is None else receipt.stored_results(*stored, entries)


def keep_results(
    connection: sqlite3.Connection,
    receipt: Receipt | None,
    results: Sequence[Registration],
    entries: Sequence[CatalogEntry],
) -> None:
    """Keep the results of a request that has a key."""
    if receipt is not None:
        keep_answer(connection, receipt, results_text(results, entries))


def stored_answer(connection: sqlite3.Connection, receipt: Receipt | None) -> tuple[str, str] | None:
    """Return the digest of the request that had this key before, and its answer; `None` if there is none."""
    if receipt is None:
        return None
    statement = "SELECT digest, answers FROM cg_receipt WHERE key = ? AND at > ?"
    row = connection.execute(statement, (receipt.key, now() - LIFETIME)).fetchone()
    return None if row is None else (row[0], row[1])


def keep_answer(connection: sqlite3.Connection, receipt: Receipt | None, text: str) -> None:
    """Keep the answer to a request that has a key, and delete expired receipts."""
    if receipt is not None:
        instant = now()
        connection.execute("DELETE FROM cg_receipt WHERE at <= ?", (instant - LIFETIME,))
        connection.execute("INSERT INTO cg_receipt VALUES (?, ?, ?, ?)", (receipt.key, receipt.digest, text, instant))
