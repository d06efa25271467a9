"""Labels: what artifacts are found by, each kept once however many artifacts have it.

A label is a field or a tag with its value. What it means in a search (its terms, its search text) is
worked out by `query.text` when it is first met; what is then written for each artifact is which labels it
has. Runs are labels without words.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.artifacts.records import searchable
from catalog_graph.query.text import SEPARATOR, TERM_FIELDS, IndexPart, field_index, search_text, tag_index, tag_token

FIELDS = {**TERM_FIELDS, "run": "source_run_id"}
"""Fields whose values are labels, by their name in the query language."""
BLOCK_BYTES = 8192
"""A block of label texts is closed when it has reached this size."""
NEW_LINE = "\n"
_DIGITS, _CONTROLS = b"0123456789", bytes(range(0x10, 0x1A))
_IN_TEXT, _FROM_TEXT = bytes.maketrans(_DIGITS, _CONTROLS), bytes.maketrans(_CONTROLS, _DIGITS)
"""Between the texts of labels, numbers are written in signs that no text holds."""
NUMBER_TERM = f"t.term GLOB '[mn]{SEPARATOR}*'"
"""In SQL: the term `t.term` is a number that sorts."""
_MAX_TOKEN = 1000
_PLAIN = frozenset((str, int, float, bool))
_SHORT, _CACHED = 64, 16_384

Meaning = tuple[str, str, Any]
"""`f`, the name of a field and its value; or `t`, the key of a tag and its value."""


class Labeller:
    """Finds the labels of entries, each once however many entries have it."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        """By token."""
        self._met: dict[tuple[object, ...], int] = {}
        """By what was given, which spares most of the tokens; 1 and 1.0 are two keys of one slot."""
        self._meanings: list[Meaning] = []
        """By slot."""

    def slots(self, entry: CatalogEntry) -> list[int]:
        """The labels of an entry, in numbers that hold for this labeller alone."""
        met = self._met.get
        found: list[int] = []
        for name, attribute in FIELDS.items():
            if text := getattr(entry, attribute):
                slot = met((name, text))
                found.append(self._field_slot(name, text) if slot is None else slot)
        for key, value in entry.tags.items():
            slot = met((key, type(value), value)) if type(value) in _PLAIN else None
            found.append(self._tag_slot(key, value) if slot is None else slot)
        return found

    def version_slot(self, version: str) -> int:
        """The label of a version, in the same numbers."""
        return self._field_slot("version", version)

    def alias_slot(self, alias: str) -> int:
        """The label of an alias, in the same numbers."""
        return self._field_slot("alias", alias)

    def _field_slot(self, name: str, text: str) -> int:
        slot = self._slots.get(token := field_token(name, text))
        if slot is None:
            slot = self._new(token, "f", name, text)
        self._met[name, text] = slot
        return slot

    def _tag_slot(self, key: str, given: Any) -> int:
        value = searchable(given)
        slot = self._slots.get(token := exact_tag_token(key, value))
        if slot is None:
            slot = self._new(token, "t", key, value)
        if type(given) in _PLAIN:
            self._met[key, type(given), given] = slot
        return slot

    def numbers(self, connection: sqlite3.Connection) -> list[int]:
        """By slot, the numbers that labels have in the file; those that are new are made."""
        rows = connection.execute(
            "SELECT t.key, l.label FROM json_each(?) t CROSS JOIN cg_label l ON l.token = t.value",
            (json.dumps(list(self._slots)),),
        )
        numbers = [0] * len(self._slots)
        for slot, number in rows:
            numbers[slot] = number
        new = [(token, slot) for token, slot in self._slots.items() if not numbers[slot]]
        if new:
            last = connection.execute("SELECT max(label) FROM cg_label").fetchone()[0] or 0
            for number, (_, slot) in enumerate(new, last + 1):
                numbers[slot] = number
            _add(connection, [(numbers[slot], token, self._meanings[slot]) for token, slot in new])
        return numbers

    def _new(self, token: str, kind: str, key: str, value: Any) -> int:
        self._meanings.append((kind, key, value))
        return self._slots.setdefault(token, len(self._slots))


def field_token(name: str, text: str) -> str:
    """The token of a field (of `FIELDS`) with exactly this value."""
    token = f"f{SEPARATOR}{name}{SEPARATOR}{text}"
    return token if len(token) <= _MAX_TOKEN else _digested(token)


def exact_tag_token(key: str, value: Any) -> str:
    """The token of a tag with exactly this value."""
    kind = type(value)
    if (kind is str and len(value) <= _SHORT) or kind is int or kind is float or kind is bool:
        return _short_tag_token(key, value)
    return _tag_token(key, value)


def _tag_token(key: str, value: Any) -> str:
    token = f"t{SEPARATOR}{tag_token(key, value)}"
    return token if len(token) <= _MAX_TOKEN else _digested(token)


_short_tag_token = lru_cache(_CACHED, typed=True)(_tag_token)


def packed(numbers: Iterable[int]) -> bytes:
    """Labels as a row keeps them: 32 bits each."""
    return array("I", numbers).tobytes()


unpacked: Callable[[bytes], array[int]] = partial(array, "I")
"""The inverse of `packed`."""


def _add(connection: sqlite3.Connection, labels: Sequence[tuple[int, str, Meaning]]) -> None:
    rows: list[tuple[int, str, str]] = []
    terms: list[tuple[str, int]] = []
    texts: list[bytes] = []
    for number, token, meaning in labels:
        own_lines, own_terms = _means(*meaning)
        text = search_text(own_lines)
        rows.append((number, token, text))
        terms += zip(own_terms, repeat(number))
        if text:
            texts.append(f"{text.replace(NEW_LINE, SEPARATOR)}{SEPARATOR}".encode() + _in_text(number))
    terms.sort()
    connection.executemany("INSERT INTO cg_label VALUES (?, ?, ?)", rows)
    connection.executemany("INSERT INTO cg_label_term VALUES (?, ?)", terms)
    _append_texts(connection, texts)


def _means(kind: str, key: str, value: Any) -> IndexPart:
    if kind == "t":
        return tag_index(key, value)
    return ({}, {}) if key == "run" else field_index(key, value)


def _append_texts(connection: sqlite3.Connection, texts: list[bytes]) -> None:
    row = connection.execute("SELECT block, text FROM cg_label_text ORDER BY block DESC LIMIT 1").fetchone()
    block, data = row if row and len(row[1]) < BLOCK_BYTES else ((row[0] + 1 if row else 1), b"")
    parts = [data]
    size = len(data)
    for text in texts:
        if size >= BLOCK_BYTES:
            connection.execute("INSERT OR REPLACE INTO cg_label_text VALUES (?, ?)", (block, b"".join(parts)))
            block, parts, size = block + 1, [], 0
        parts += [text, b"\n"]
        size += len(text) + 1
    connection.execute("INSERT OR REPLACE INTO cg_label_text VALUES (?, ?)", (block, b"".join(parts)))


def labels_with_text(connection: sqlite3.Connection, part: str, most: int) -> list[int]:
    """At most so many of the labels in whose search text `part`, folded, stands somewhere; all for -1."""
    wanted = part.encode()
    found: list[int] = []
    for (data,) in connection.execute("SELECT text FROM cg_label_text"):
        at = data.find(wanted)
        while at >= 0:
            end = data.find(b"\n", at)
            number = data[data.rfind(SEPARATOR.encode(), at, end) + 1 : end]
            found.append(int(number.translate(_FROM_TEXT)))
            if len(found) == most:
                return found
            at = data.find(wanted, end)
    return found


def _in_text(number: int) -> bytes:
    return str(number).encode().translate(_IN_TEXT)


def _digested(token: str) -> str:
    return f"#{hashlib.sha256(token.encode()).hexdigest()}"
