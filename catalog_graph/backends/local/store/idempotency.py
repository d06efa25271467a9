"""Idempotency keys in the file: the answer to a request is kept by the transaction that carries it out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.backends.local.store.clock import now
from catalog_graph.idempotency import KEPT, Receipt, written


def earlier_answers(
    connection: sqlite3.Connection, receipt: Receipt | None, entries: Sequence[CatalogEntry]
) -> list[Registration] | None:
    """Return the answers that were given under the key before, or `None`; raise `IdempotencyKeyReused`."""
    if receipt is None:
        return None
    statement = "SELECT digest, answers FROM cg_receipt WHERE key = ? AND at > ?"
    row = connection.execute(statement, (receipt.key, now() - KEPT)).fetchone()
    return None if row is None else receipt.answers(row[0], row[1], entries)


def keep_answers(
    connection: sqlite3.Connection,
    receipt: Receipt | None,
    answers: Sequence[Registration],
    entries: Sequence[CatalogEntry],
) -> None:
    """Keep the answers to a request that has a key, and delete expired receipts."""
    if receipt is not None:
        instant = now()
        connection.execute("DELETE FROM cg_receipt WHERE at <= ?", (instant - KEPT,))
        row = (receipt.key, receipt.digest, written(answers, entries), instant)
        connection.execute("INSERT INTO cg_receipt VALUES (?, ?, ?, ?)", row)
