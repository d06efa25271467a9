"""Idempotency keys: a request that is sent again with the same key is carried out once.

In the transaction that registers artifacts or moves an alias, a store keeps the key, a digest of the request, and the
results. For a day the same request with this key gets these results again; a different request with it is refused.
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
"""Maximum number of characters of an idempotency key."""
LIFETIME = 24 * 3600 * 1_000_000
"""Microseconds for which a store keeps a receipt."""
_ID_NAMESPACE = uuid.UUID("5b0e6a52-7d0c-4f0e-8a43-0c1d5d0d4c1f")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The idempotency key of a request, and a digest by which a repetition is told from a different request."""

    key: str
    digest: str
    """Digest of the request as it was sent: entries before they get their ids, references before they are resolved."""

    def stored_results(self, digest: str, text: str, entries: Sequence[CatalogEntry]) -> list[Registration]:
        """Return the results in `text`, which a store kept under this key with the `digest` of the first request.

        Raises `IdempotencyKeyReused` if this is a different request.
        """
        self.require_same(digest)
        return [_read(row, entry) for row, entry in zip(json.loads(text), entries, strict=True)]

    def require_same(self, digest: str) -> None:
        """Raise `IdempotencyKeyReused` unless `digest`, that of the first request with this key, is of this one."""
        if digest != self.digest:
            raise IdempotencyKeyReused(
                f"the idempotency key {self.key!r} was used for another request; send that request again, or use "
                "a new key",
                key=self.key,
            )


def receipt_of(key: str, entries: Sequence[CatalogEntry], on_duplicate: OnDuplicate) -> Receipt | None:
    """Return the receipt of a request to register these checked entries; `None` without a key."""
    if key == "":
        return None
    fields = [[getattr(entry, name) for name in CONTRACT_FIELDS] for entry in entries]
    return Receipt(checked_key(key), _digest([on_duplicate, fields]))


def receipt_of_move(key: str, *request: Any) -> Receipt | None:
    """Return the receipt of a request to move an alias, from its parameters as they were sent; `None` without a key."""
    return None if key == "" else Receipt(checked_key(key), _digest(["alias", *request]))


def with_ids(entries: Sequence[CatalogEntry], receipt: Receipt | None) -> list[CatalogEntry]:
    """Return the entries, each with an id. With a receipt, the same request gets the same ids each time."""
    return [e if e.artifact_id else replace(e, artifact_id=_new_id(receipt, n)) for n, e in enumerate(entries)]


def results_text(results: Sequence[Registration], entries: Sequence[CatalogEntry]) -> str:
    """Return results as the text that a store keeps; short, since a batch has thousands."""
    return json.dumps([_row(r, e) for r, e in zip(results, entries, strict=True)], separators=(",", ":"))


def checked_key(key: Any) -> str:
    """Return `key`. Raises `InvalidInput` if it is not a valid idempotency key."""
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            f"idempotency_key {str(key)[:80]!r} is not valid; use 1 to {MAX_KEY} printable ASCII characters",
            field="idempotency_key",
        )
    return key


def _digest(request: Any) -> str:
    text = json.dumps(request, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _new_id(receipt: Receipt | None, position: int) -> str:
    if receipt is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_ID_NAMESPACE, f"{receipt.key}\n{receipt.digest}\n{position}"))


def _row(result: Registration, entry: CatalogEntry) -> list[Any]:
    row = [int(result.created), result.version]
    other_id = None if result.artifact_id == entry.artifact_id else result.artifact_id
    rest = [result.duplicate_of, other_id, *([result.warnings] if result.warnings else [])]
    return row + rest if any(rest) else row


def _read(row: list[Any], entry: CatalogEntry) -> Registration:
    created, version, duplicate_of, artifact_id, warnings = (*row, *[None] * 3)[:5]
    return Registration(artifact_id or entry.artifact_id, bool(created), version, duplicate_of, warnings or [])
