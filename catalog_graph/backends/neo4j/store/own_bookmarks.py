"""Bookmarks that this process gave: the driver's own, which its sessions begin with, cover all of them."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

_KEPT = 10_000
"""Bookmarks that are remembered; older ones are foreign, which is as right."""


class OwnBookmarks:
    """The last bookmarks that the store gave to this process."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._lock = Lock()

    def add(self, texts: Collection[str]) -> None:
        """Note bookmarks."""
        with self._lock:
            for text in texts:
                self._texts.pop(text, None)
                self._texts[text] = None
            while len(self._texts) > _KEPT:
                del self._texts[next(iter(self._texts))]

    def has(self, texts: Collection[str]) -> bool:
        """Return True if all of these are own ones."""
        return all(text in self._texts for text in texts)
