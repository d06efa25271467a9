"""Receipts in Neo4j: the transaction that registers, or moves an alias, stores them, under a lock of the key.

Receipts are filed by day, so that one index finds both a key and the expired ones. A lookup reads two days under one
lock, so that midnight cannot separate a request from its repetition.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from catalog_graph.artifact import Registration
from catalog_graph.backends.neo4j.store.bolt import Bolt, BoltTransaction
from catalog_graph.backends.neo4j.store.transaction import Request
from catalog_graph.errors import CatalogError
from catalog_graph.idempotency import LIFETIME, Receipt, results_text

DROP_SECONDS = 3600.0
"""Seconds between two removals of expired receipts by one process."""
DROPPED = 10_000
"""Maximum receipts removed by one transaction."""
_DAY = 24 * 3600 * 1_000_000
_LOCKS = 1024
"""Locks of idempotency keys; requests whose keys fall under different locks do not wait for each other."""

Register = Callable[[BoltTransaction, Sequence[Request]], list[list[Registration]]]


class Receipts:
    """Registers each request whose idempotency key is new, and returns the stored answers of the others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_drop = 0.0

    def register(
        self, transaction: BoltTransaction, requests: Sequence[Request], register: Register
    ) -> list[list[Registration]]:
        """Return the answer to each request: the stored answer for a known key, else that of `register`."""
        known = _known(transaction, requests)
        new = [request for request in requests if _key(request) not in known]
        answers = dict(zip(map(id, new), register(transaction, new) if new else [], strict=True))
        _keep(transaction, [(r.receipt, results_text(answers[id(r)], r.entries)) for r in new if r.receipt])
        return [known[_key(request)] if _key(request) in known else answers[id(request)] for request in requests]

    def drop_old(self, bolt: Bolt) -> None:
        """Remove expired receipts if it is time for that; a failure is left to the next call."""
        with self._lock:
            due = time.monotonic() >= self._next_drop
            if due:
                self._next_drop = time.monotonic() + DROP_SECONDS
        with suppress(CatalogError):
            while due:
                due = bolt.write(_drop) == DROPPED


def _key(request: Request) -> str:
    return request.receipt.key if request.receipt else ""


def _known(transaction: BoltTransaction, requests: Sequence[Request]) -> dict[str, list[Registration]]:
    by_key = {request.receipt.key: request for request in requests if request.receipt}
    results = {}
    for key, stored in _stored(transaction, by_key).items():
        request = by_key[key]
        assert request.receipt is not None
        results[key] = request.receipt.stored_results(*stored, request.entries)
    return results


def stored_answer(transaction: BoltTransaction, receipt: Receipt | None) -> tuple[str, str] | None:
    """Lock a key; return the digest of the request that had it before, and its answer, `None` if there is none."""
    return None if receipt is None else _stored(transaction, [receipt.key]).get(receipt.key)


def keep_answer(transaction: BoltTransaction, receipt: Receipt | None, text: str) -> None:
    """Keep the answer to a request that has a key, which the transaction has locked."""
    if receipt is not None:
        _keep(transaction, [(receipt, text)])


def _stored(transaction: BoltTransaction, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Lock keys, and return what is stored under them: the digest of the request, and the answer."""
    ordered = sorted(keys)
    if not ordered:
        return {}
    locks = {f"receipt-{zlib.crc32(key.encode()) % _LOCKS}" for key in ordered}
    transaction.run("store/take_locks", names=sorted(locks))
    now = _now()
    [row] = transaction.run("store/receipts", keys=ordered, days=[now // _DAY - 1, now // _DAY], since=now - LIFETIME)
    return {key: (digest, text) for key, digest, text in row["receipts"]}


def _keep(transaction: BoltTransaction, answers: Sequence[tuple[Receipt, str]]) -> None:
    now = _now()
    rows = [{"key": receipt.key, "digest": receipt.digest, "answers": text} for receipt, text in answers]
    if rows:
        transaction.run("store/keep_receipts", rows=rows, day=now // _DAY, now=now)


def _drop(transaction: BoltTransaction) -> int:
    [row] = transaction.run("store/drop_receipts", day=_now() // _DAY - 1, limit=DROPPED)
    return int(row["dropped"])


def _now() -> int:
    return time.time_ns() // 1000
