"""Receipts in the file, each kept by the transaction that it tells of."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from catalog_graph.artifact import CatalogEntry, Registration
from catalog_graph.backends.local.artifacts.tables import now
from catalog_graph.idempotency import LIFETIME, Receipt, results_text


def known(
    connection: sqlite3.Connection, receipt: Receipt | None, entries: Sequence[CatalogEntry]
) -> list[Registration] | None:
    """What was answered under the key before; `None` where nothing was."""
    if receipt is None:
        return None
    find = "SELECT digest, answers FROM cg_receipt WHERE key = ? AND at > ?"
    row = connection.execute(find, (receipt.key, now() - LIFETIME)).fetchone()
    return None if row is None else receipt.stored_results(row[0], row[1], entries)


def keep(
    connection: sqlite3.Connection,
    receipt: Receipt | None,
    answers: Sequence[Registration],
    entries: Sequence[CatalogEntry],
) -> None:
    """Keep what is answered under a key, and drop what is over."""
    if receipt is not None:
        instant = now()
        connection.execute("DELETE FROM cg_receipt WHERE at <= ?", (instant - LIFETIME,))
        row = (receipt.key, receipt.digest, results_text(answers, entries), instant)
        connection.execute("INSERT INTO cg_receipt VALUES (?, ?, ?, ?)", row)
