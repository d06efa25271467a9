"""Cursors: the start of a next page, as opaque text.

The cursor of a store is a position. Before it leaves the catalog it is bound to the question that it continues, and to
the instant from which ages in the queries of that question count back. It also has the bookmarks of the page, so that
the next page is no older, whichever replica answers it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from catalog_graph.backends import bookmarks
from catalog_graph.errors import InvalidInput
from catalog_graph.query.periods import may_have_age


def encode(*parts: int | str) -> str:
    """Return the cursor of these parts."""
    data = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(cursor: str, *kinds: type) -> list[Any]:
    """Return the parts of a cursor, which have these types. Raises `InvalidInput` for any other text."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(data)
    except (ValueError, RecursionError):
        parts = None
    if isinstance(parts, list) and [type(part) for part in parts] == list(kinds) and _fits(parts):
        return parts
    raise _unreadable(cursor)


@dataclass(frozen=True)
class Binding:
    """The question of a page, with its instant: what a cursor is bound to."""

    question: tuple[Any, ...]
    """JSON types: everything that decides which items there are, and in which order."""
    moment: int
    """Instant from which ages count back, in microseconds since 1970; 0 if the question has no ages."""

    def bound(self, position: str | None) -> str | None:
        """Return the cursor that continues the question at a position, with the bookmarks of the caller."""
        if position is None:
            return None
        caller = str(bookmarks.current())
        return f"{self._digest}.{self.moment:x}.{position}" + (f"~{encode(caller)}" if caller else "")

    @property
    def _digest(self) -> str:
        text = json.dumps([*self.question, self.moment], sort_keys=True)
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:9]).decode()

    def require(self, cursor: str) -> None:
        """Raise `InvalidInput` if a cursor is bound to another question."""
        if not cursor.startswith(f"{self._digest}."):
            raise InvalidInput(
                f"cursor {cursor[:80]!r} continues another question; send it where the page before came from, with the "
                "same parameters: only limit and form may differ",
                field="cursor",
            )


def opened(cursor: str | None, *question: Any, texts: Iterable[str] = ()) -> tuple[Binding, str | None]:
    """Return the binding of a question, and the position of its cursor.

    `texts` are the queries of the question. Without a cursor, their ages count back from the present instant. Raises
    `InvalidInput` if the cursor is malformed or continues another question. The bookmarks of the cursor become those of
    the caller too.
    """
    texts = list(texts)
    binding = Binding((*question, texts), time.time_ns() // 1000 if any(map(may_have_age, texts)) else 0)
    if cursor is None:
        return binding, None
    _, _, rest = cursor.partition(".")
    moment, separator, position = rest.partition(".")
    try:
        binding = replace(binding, moment=int(moment, 16))
    except ValueError:
        separator = ""
    if not separator or not abs(binding.moment) < 2**58:
        raise _unreadable(cursor)
    binding.require(cursor)
    position, separator, caller = position.partition("~")
    if separator:
        [text] = decode(caller, str)
        bookmarks.current().add(bookmarks.checked(text, "cursor"))
    return binding, position


def _unreadable(cursor: str) -> InvalidInput:
    return InvalidInput(f"cursor {cursor[:80]!r} cannot be read; use one that an answer gave", field="cursor")


def _fits(parts: list[Any]) -> bool:
    try:
        return all(abs(part) < 2**63 if isinstance(part, int) else len(part.encode()) < 10_000 for part in parts)
    except UnicodeEncodeError:
        return False
