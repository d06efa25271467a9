"""Receipts: what was answered under an idempotency key, so that a request is carried out once however often it is sent.

A store keeps, in the transaction that registers, the key, a digest of what was registered, and the answer. Who sends
the same again within a day gets that answer; another body under the same key is refused.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, OnDuplicate, Registration
from catalog_graph.errors import IdempotencyKeyReused, InvalidInput

MAX_KEY = 255
"""Characters of an idempotency key."""
KEPT = 24 * 3600 * 1_000_000
"""Microseconds that a receipt is kept."""
_IDS = uuid.UUID("5b0e6a52-7d0c-4f0e-8a43-0c1d5d0d4c1f")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a request is known by."""

    key: str
    digest: str
    """Of everything that is registered, before ids are made."""

    def answers(self, digest: str, text: str, entries: Sequence[CatalogEntry]) -> list[Registration]:
        """What was answered under this key, by what the store kept; raises `IdempotencyKeyReused`."""
        if digest != self.digest:
            raise IdempotencyKeyReused(
                f"the idempotency key {self.key!r} was used for another request; send what was sent with it, or make a "
                "new key",
                key=self.key,
            )
        return [_read(row, entry) for row, entry in zip(json.loads(text), entries, strict=True)]


def receipt_of(key: str, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate) -> Receipt | None:
    """The receipt of a request to register these entries, which were checked; `None` without a key."""
    if key == "":
        return None
    fields = [[getattr(entry, name) for name in CONTRACT_FIELDS] for entry in entries]
    text = json.dumps([on_duplicate, fields], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Receipt(checked_key(key), hashlib.sha256(text.encode()).hexdigest())


def with_ids(entries: Sequence[CatalogEntry], receipt: Receipt | None) -> list[CatalogEntry]:
    """The entries, each with an id; under a key they are the same each time, so that a client can send them again."""
    return [e if e.artifact_id else replace(e, artifact_id=_new_id(receipt, at)) for at, e in enumerate(entries)]


def written(answers: Sequence[Registration], entries: Sequence[CatalogEntry]) -> str:
    """Answers as a store keeps them: short, since a batch has thousands."""
    return json.dumps([_row(a, e) for a, e in zip(answers, entries, strict=True)], separators=(",", ":"))


def checked_key(key: Any) -> str:
    """`key`, or `InvalidInput` where it cannot be one."""
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            f"an idempotency key is 1 to {MAX_KEY} printable ASCII characters, as a UUID is", field="idempotency_key"
        )
    return key


def _new_id(receipt: Receipt | None, position: int) -> str:
    if receipt is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_IDS, f"{receipt.key}\n{receipt.digest}\n{position}"))


def _row(answer: Registration, entry: CatalogEntry) -> list[Any]:
    row = [int(answer.created), answer.version]
    others = [answer.duplicate_of, None if answer.artifact_id == entry.artifact_id else answer.artifact_id]
    return row + others if any(others) else row


def _read(row: list[Any], entry: CatalogEntry) -> Registration:
    created, version, duplicate_of, artifact_id = (*row, None, None)[:4]
    return Registration(artifact_id or entry.artifact_id, bool(created), version, duplicate_of)
