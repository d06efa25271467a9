"""Which artifact a value is, as far as this process has seen: by the object itself, by its content, by cache key."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import Any

MOST = 10_000
"""Contents and cache keys that are remembered."""


class Memory:
    """What this process knows of one catalog. It keeps no value alive."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._objects: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._contents: OrderedDict[str, str] = OrderedDict()
        self._cached: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
        self._assets: weakref.WeakSet[Any] = weakref.WeakSet()

    def remember(self, value: Any, artifact_id: str) -> None:
        """`value` is that artifact; what takes no weak reference is only known by its content."""
        at = id(value)
        with self._lock:
            try:
                self._objects[at] = (weakref.ref(value, lambda _: self._objects.pop(at, None)), artifact_id)
            except TypeError:
                return

    def artifact_of(self, value: Any) -> str | None:
        """The artifact that this very object is."""
        found = self._objects.get(id(value))
        return found[1] if found is not None and found[0]() is value else None

    def remember_content(self, content_hash: str, artifact_id: str) -> None:
        """That artifact has this content."""
        if content_hash:
            with self._lock:
                _keep(self._contents, content_hash, artifact_id)

    def artifact_with(self, content_hash: str) -> str | None:
        """The artifact that was last seen with this content."""
        return self._contents.get(content_hash) if content_hash else None

    def remember_cached(self, cache_key: str, output: str, content_hash: str, artifact_id: str) -> None:
        """FlowyML's cache holds that artifact at `cache_key`."""
        with self._lock:
            _keep(self._cached, (cache_key, output), (content_hash, artifact_id))

    def cached(self, cache_key: str, output: str, content_hash: str) -> str | None:
        """The artifact that FlowyML took from its cache; `None` if another process has put another content there."""
        found = self._cached.get((cache_key, output))
        return found[1] if found is not None and found[0] == content_hash else None

    def remember_asset(self, asset: Any) -> None:
        """The asset is registered under its own id."""
        with self._lock:
            self._assets.add(asset)

    def knows_asset(self, asset: Any) -> bool:
        """Whether it is."""
        return asset in self._assets


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST:
        kept.popitem(last=False)
