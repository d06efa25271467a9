"""Bookmarks: texts by which a store names its states, so that no answer is older than what its caller has seen.

A service sends them with each answer, and a client sends them back with its next request. Only a store of several
servers needs any.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from catalog_graph.errors import InvalidInput

HEADER = "Catalog-Graph-Bookmark"
"""Header of requests and responses: the bookmarks of the caller, separated by commas."""
MAX_BOOKMARKS_BYTES = 8_000
"""Maximum length of the header: a client that sends many requests at once has as many bookmarks."""
_BOOKMARK = re.compile(r"[!-+\--~]+")


class Bookmarks:
    """The bookmarks of one caller, whom several threads may serve."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = frozenset(texts)
        self._lock = Lock()

    @property
    def texts(self) -> frozenset[str]:
        """The bookmarks that an answer must have reached."""
        return self._texts

    def __str__(self) -> str:
        return ",".join(self._texts)

    def add(self, texts: Iterable[str]) -> None:
        """Require more bookmarks."""
        with self._lock:
            self._texts |= frozenset(texts)

    def replace(self, reached: Collection[str], by: Collection[str]) -> None:
        """Note that a store which had `reached` some bookmarks has given others; without any, nothing changes."""
        if by:
            with self._lock:
                self._texts = self._texts - frozenset(reached) | frozenset(by)


_caller: ContextVar[Bookmarks | None] = ContextVar("bookmarks", default=None)


def current() -> Bookmarks:
    """Return the bookmarks of the caller that this context serves; new ones if it serves nobody."""
    return _caller.get() or Bookmarks()


def serve(caller: Bookmarks) -> None:
    """Serve a caller in this context from now on."""
    _caller.set(caller)


@contextmanager
def shared(callers: Iterable[Bookmarks]) -> Iterator[None]:
    """Serve several callers at once, whose bookmarks the store has reached: each gets those that it gives."""
    group = Bookmarks()
    token = _caller.set(group)
    try:
        yield
    finally:
        _caller.reset(token)
    for caller in callers:
        caller.replace(caller.texts, group.texts)


def split(text: str) -> list[str]:
    """Return the bookmarks of a text, which are separated by commas."""
    return [part.strip() for part in text.split(",")] if text else []


def checked(text: str, field: str) -> list[str]:
    """Return the bookmarks of a text; raise `InvalidInput` if it cannot be what an answer gave."""
    texts = split(text)
    if len(text) > MAX_BOOKMARKS_BYTES or not all(map(_BOOKMARK.fullmatch, texts)):
        raise InvalidInput(f"{field} {text[:80]!r} cannot be read; send the one of an earlier answer", field=field)
    return texts
