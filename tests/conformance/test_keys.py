"""API keys in a store."""

from __future__ import annotations

import pytest

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.composed import StoreBackend
from catalog_graph.backends.keys import StoredKey

DIGESTS = [f"sha256:{number:064x}" for number in range(3)]


@pytest.mark.parametrize("new_catalog", ["model", "local", "neo4j"], indirect=True)
def test_keys_are_stored_used_and_ended(backend: CatalogBackend) -> None:
    assert isinstance(backend, StoreBackend)
    assert backend.stored_keys() == []
    keys = [
        StoredKey(DIGESTS[1], "ci", "write", 2, "root"),
        StoredKey(DIGESTS[0], "ci", "read", 1, "root", expires_at=50),
        StoredKey(DIGESTS[2], "ana", "read+write", 3, ""),
    ]
    for key in keys:
        backend.store_key(key)
    assert backend.stored_keys() == [keys[2], keys[1], keys[0]]
    backend.store_key_uses({DIGESTS[0]: 7, DIGESTS[1]: 9, "sha256:unknown": 9})
    backend.store_key_uses({DIGESTS[0]: 6})
    backend.store_key_uses({})
    backend.end_keys(DIGESTS[:2], 60)
    ended = {key.digest: (key.expires_at, key.used_at) for key in backend.stored_keys()}
    assert ended == {DIGESTS[0]: (50, 7), DIGESTS[1]: (60, 9), DIGESTS[2]: (None, None)}
