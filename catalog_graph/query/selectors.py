"""Selectors, as dbt has them: `+fraud@champion+2`, `@raw`, `a,b`, `a b`, each part a reference or a query in quotes.

selection     = part, {blank, part}         the union of its parts
part          = selector, {",", selector}   the intersection of its selectors
selector      = "@", value | [number], "+", value, ["+", [number]] | value, ["+", [number]]
value         = a reference without blanks, commas and quotes | a query in ' or ", which a backslash escapes
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog_graph.errors import InvalidQuery

_PREFIX = re.compile(r"@|(\d*)\+")
_SUFFIX = re.compile(r"\+(\d*)")
_QUOTED = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""", re.DOTALL)
_BARE = re.compile(r"""[^\s,'"]+""")
_END = re.compile(r"\+\d*$")

EVERY = 2**31
"""A number of edges that stands for no limit."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Artifacts, and what lies upstream and downstream of them."""

    value: str
    is_query: bool
    """True if `value` is a query, false if it is a reference."""
    up: int = 0
    """Edges to go upstream."""
    down: int = 0
    """Edges to go downstream."""
    around: bool = False
    """True for `@`: also everything downstream, and everything that all of these were made from."""


def read_selection(text: str, field: str = "select") -> list[list[Selector]]:
    """Return the intersections whose union a text selects. Raises `InvalidQuery`, which names the column."""
    reader = _Reader(text, field)
    parts: list[list[Selector]] = []
    while not reader.at_end():
        part = [reader.selector()]
        while reader.take(","):
            part.append(reader.selector())
        parts.append(part)
    return parts


class _Reader:
    def __init__(self, text: str, field: str) -> None:
        self._text = text
        self._field = field
        self._at = 0

    def at_end(self) -> bool:
        """Skip blanks; return True at the end of the text."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at == len(self._text)

    def take(self, character: str) -> bool:
        """Return True if a character is next, and pass it."""
        is_next = self._text.startswith(character, self._at)
        self._at += is_next
        return is_next

    def selector(self) -> Selector:
        """Return the selector that begins here."""
        prefix = _PREFIX.match(self._text, self._at)
        around = prefix is not None and prefix[0] == "@"
        up = 0 if prefix is None or around else _edges(prefix[1])
        self._at = self._at if prefix is None else prefix.end()
        value, is_query = self._value()
        suffix = _SUFFIX.match(self._text, self._at)
        if suffix is not None and around:
            raise self._error("@ already takes everything downstream; leave out the + behind")
        self._at = self._at if suffix is None else suffix.end()
        if self._at < len(self._text) and not (self._text[self._at].isspace() or self._text[self._at] == ","):
            raise self._error("a blank or a comma is missing here")
        return Selector(value, is_query, up, 0 if suffix is None else _edges(suffix[1]), around)

    def _value(self) -> tuple[str, bool]:
        if quoted := _QUOTED.match(self._text, self._at):
            self._at = quoted.end()
            text = quoted[1] if quoted[1] is not None else quoted[2]
            return re.sub(r"\\([\\'\"])", r"\1", text), True
        bare = _BARE.match(self._text, self._at)
        if bare is None:
            quote = self._text[self._at : self._at + 1]
            raise self._error(
                f"the {quote} is not closed"
                if quote in ("'", '"') and quote
                else "an artifact or a query is missing here"
            )
        value = _END.sub("", bare[0])
        if not value or value.startswith(("+", "@")):
            raise self._error("an artifact or a query is missing here")
        self._at += len(value)
        return value, False

    def _error(self, reason: str) -> InvalidQuery:
        column = self._at + 1
        return InvalidQuery(f"{self._field}, column {column}: {reason}", field=self._field, column=column)


def _edges(digits: str) -> int:
    return min(int(digits), EVERY) if digits else EVERY
