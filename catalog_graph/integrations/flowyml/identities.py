"""Artifact ids of the values that this process has seen, by object, by content hash and by cache key."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import Any

MAX_ENTRIES = 10_000
"""Maximum content hashes, and maximum cache keys, to remember."""


class Identities:
    """Artifact ids in one catalog; values are held by weak references only."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._objects: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._contents: OrderedDict[str, str] = OrderedDict()
        self._cached: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
        self._assets: weakref.WeakSet[Any] = weakref.WeakSet()

    def remember(self, value: Any, artifact_id: str) -> None:
        """Remember the artifact id of an object; do nothing for objects that take no weak reference."""
        at = id(value)
        with self._lock:
            try:
                self._objects[at] = (weakref.ref(value, lambda _: self._objects.pop(at, None)), artifact_id)
            except TypeError:
                return

    def artifact_of(self, value: Any) -> str | None:
        """Return the artifact id of this very object; None if unknown."""
        reference, artifact_id = self._objects.get(id(value), (None, None))
        return artifact_id if reference is not None and reference() is value else None

    def remember_content(self, content_hash: str, artifact_id: str) -> None:
        """Remember the artifact as the latest with this content; do nothing for an empty hash."""
        if content_hash:
            with self._lock:
                _keep(self._contents, content_hash, artifact_id)

    def artifact_with(self, content_hash: str) -> str | None:
        """Return the id of the latest artifact with this content; None if unknown."""
        return self._contents.get(content_hash) if content_hash else None

    def remember_cached(self, cache_key: str, output: str, content_hash: str, artifact_id: str) -> None:
        """Remember the artifact that FlowyML's cache holds at `cache_key`."""
        with self._lock:
            _keep(self._cached, (cache_key, output), (content_hash, artifact_id))

    def cached(self, cache_key: str, output: str, content_hash: str) -> str | None:
        """Return the id of the artifact at `cache_key`; None if unknown or if its content differs by now."""
        cached_hash, artifact_id = self._cached.get((cache_key, output), (None, None))
        return artifact_id if cached_hash == content_hash else None

    def remember_asset(self, asset: Any) -> None:
        """Remember that the asset has a record."""
        with self._lock:
            self._assets.add(asset)

    def knows_asset(self, asset: Any) -> bool:
        """Return True if the asset has a record already."""
        return asset in self._assets


def _keep(entries: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    """Set an entry as the newest, and drop the oldest above `MAX_ENTRIES`."""
    entries.pop(key, None)
    entries[key] = value
    if len(entries) > MAX_ENTRIES:
        entries.popitem(last=False)
