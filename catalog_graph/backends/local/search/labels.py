"""Labels: the fields and tags by which artifacts are found, each stored once for all artifacts that have it.

A label is a field or a tag with its value. Its terms and its search text are computed by `query.text` when it is new;
an artifact then stores only the numbers of its labels. The labels of runs have neither terms nor text.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.checks import MAX_NESTING
from catalog_graph.query.index import (
    TERM_FIELDS,
    IndexPart,
    field_index,
    metadata_index,
    metadata_values,
    search_text,
    tag_index,
)
from catalog_graph.query.text import SEPARATOR, tag_token

FIELDS = {**TERM_FIELDS, "run": "source_run_id", "uri": "uri"}
"""Fields whose values are labels, by their name in the query language."""
BLOCK_BYTES = 8192
"""Size at which a block of label texts is full."""
NEW_LINE = "\n"
_DIGITS, _CONTROLS = b"0123456789", bytes(range(0x10, 0x1A))
_ENCODE_NUMBER, _DECODE_NUMBER = bytes.maketrans(_DIGITS, _CONTROLS), bytes.maketrans(_CONTROLS, _DIGITS)
"""Numbers between the texts of labels are written in control characters, which no text contains."""
_TO_NUMBER = rb"[^\n\x10-\x19]*+([\x10-\x19]+)\n"
"""The expression for the rest of a line behind a part of its text, up to the number of its label."""
_MAX_TOKEN = 1000
_SCALARS = frozenset((str, int, float, bool))
_SHORT, _CACHE_SIZE = 64, 16_384

Meaning = tuple[str, str, Any]
"""`f`, the name of a field and its value; `t`, the key of a tag and its value; `d`, that of a value in the metadata."""


class Labeller:
    """Assigns labels to entries; each label has one slot, a number that is valid for this labeller alone."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        """Slots by token."""
        self._by_value: dict[tuple[object, ...], int] = {}
        """Slots by key and value, which avoids computing most tokens; 1 and 1.0 are two keys of one slot."""
        self._meanings: list[Meaning] = []
        """Meanings by slot."""
        self._indexed: dict[int, tuple[str, Collection[str]]] = {}
        """Search text and terms of the labels that are prepared, by slot."""

    def slots(self, entry: CatalogEntry) -> list[int]:
        """Return the slots of the labels of an entry."""
        known_slot = self._by_value.get
        slots: list[int] = []
        for name, attribute in FIELDS.items():
            if text := getattr(entry, attribute):
                slot = known_slot((name, text))
                slots.append(self._field_slot(name, text) if slot is None else slot)
        for key, value in entry.tags.items():
            slot = known_slot((key, type(value), value)) if type(value) in _SCALARS else None
            slots.append(self._tag_slot(key, value) if slot is None else slot)
        if entry.metadata:
            for key, value in metadata_values(entry).items():
                slot = known_slot((key, type(value), value, "d"))
                slots.append(self._metadata_slot(key, value) if slot is None else slot)
        return slots

    def version_slot(self, version: str) -> int:
        """Return the slot of a version."""
        return self._field_slot("version", version)

    def alias_slot(self, alias: str) -> int:
        """Return the slot of an alias."""
        return self._field_slot("alias", alias)

    def prepare(self, slots: Iterable[int]) -> None:
        """Compute search texts and terms of labels that may be new, so that `numbers` need not."""
        self._indexed.update((slot, _text_and_terms(self._meanings[slot])) for slot in slots)

    def numbers(self, connection: sqlite3.Connection, slots: Collection[int] | None = None) -> list[int]:
        """Return the numbers of the labels in the file, by slot; insert the labels that are new.

        With `slots`, other labels are left alone, and their numbers are 0.
        """
        tokens = {token: slot for token, slot in self._slots.items() if slots is None or slot in slots}
        rows = connection.execute(
            "SELECT t.value, l.label FROM json_each(?) t CROSS JOIN cg_label l ON l.token = t.value",
            (json.dumps(list(tokens)),),
        )
        numbers = [0] * len(self._slots)
        for token, number in rows:
            numbers[tokens[token]] = number
        new = [(token, slot) for token, slot in tokens.items() if not numbers[slot]]
        if new:
            last = connection.execute("SELECT max(label) FROM cg_label").fetchone()[0] or 0
            for number, (_, slot) in enumerate(new, last + 1):
                numbers[slot] = number
            self.prepare(slot for _, slot in new if slot not in self._indexed)
            _insert_labels(connection, [(numbers[slot], token, *self._indexed[slot]) for token, slot in new])
        return numbers

    def _field_slot(self, name: str, text: str) -> int:
        slot = self._slots.get(token := field_token(name, text))
        if slot is None:
            slot = self._new_slot(token, "f", name, text)
        self._by_value[name, text] = slot
        return slot

    def _tag_slot(self, key: str, value: Any) -> int:
        indexed = _indexed_value(value)
        slot = self._slots.get(token := exact_tag_token(key, indexed))
        if slot is None:
            slot = self._new_slot(token, "t", key, indexed)
        if type(value) in _SCALARS:
            self._by_value[key, type(value), value] = slot
        return slot

    def _metadata_slot(self, key: str, value: Any) -> int:
        slot = self._slots.get(token := metadata_token(key, value))
        if slot is None:
            slot = self._new_slot(token, "d", key, value)
        self._by_value[key, type(value), value, "d"] = slot
        return slot

    def _new_slot(self, token: str, kind: str, key: str, value: Any) -> int:
        self._meanings.append((kind, key, value))
        return self._slots.setdefault(token, len(self._slots))


def field_token(name: str, text: str) -> str:
    """Return the token of a field (of `FIELDS`) with exactly this value."""
    token = f"f{SEPARATOR}{name}{SEPARATOR}{text}"
    return token if len(token) <= _MAX_TOKEN else _digest(token)


def exact_tag_token(key: str, value: Any) -> str:
    """Return the token of a tag with exactly this value."""
    kind = type(value)
    if (kind is str and len(value) <= _SHORT) or kind is int or kind is float or kind is bool:
        return _short_tag_token(key, value)
    return _tag_token(key, value)


def _tag_token(key: str, value: Any) -> str:
    token = f"t{SEPARATOR}{tag_token(key, value)}"
    return token if len(token) <= _MAX_TOKEN else _digest(token)


def metadata_token(key: str, value: Any) -> str:
    """Return the token of a value in the metadata with exactly this value."""
    return (
        "d" + exact_tag_token(key, value)[1:] if len(key) <= _MAX_TOKEN // 2 else _digest(f"d{SEPARATOR}{key}{value}")
    )


_short_tag_token = lru_cache(_CACHE_SIZE, typed=True)(_tag_token)


def _digest(token: str) -> str:
    return f"#{hashlib.sha256(token.encode()).hexdigest()}"


def _indexed_value(value: Any, levels: int = MAX_NESTING) -> Any:
    """Return a tag's value as the index takes it.

    Numbers that are not finite or exceed the range of a double become text, and nesting below `levels` is cut off.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) >= 2**1023:
        return str(value)
    if isinstance(value, list | dict) and levels == 0:
        return None
    if isinstance(value, list):
        return [_indexed_value(item, levels - 1) for item in value]
    if isinstance(value, dict):
        return {key: _indexed_value(item, levels - 1) for key, item in value.items()}
    return value


def pack(numbers: Iterable[int]) -> bytes:
    """Return numbers of labels as a row of `cg_search` stores them: 32 bits each."""
    return array("I", numbers).tobytes()


unpack: Callable[[bytes], array[int]] = partial(array, "I")
"""The inverse of `pack`."""


def labels_with_text(connection: sqlite3.Connection, part: str, limit: int) -> list[int]:
    """Return at most `limit` labels whose search text contains `part`, which is folded; -1 is no limit."""
    numbers_behind = re.compile(re.escape(part.encode()) + _TO_NUMBER).findall
    numbers: list[bytes] = []
    for (block,) in connection.execute("SELECT text FROM cg_label_text"):
        numbers += numbers_behind(block)
        if 0 <= limit <= len(numbers):
            break
    return [int(number.translate(_DECODE_NUMBER)) for number in (numbers if limit < 0 else numbers[:limit])]


def delete_unused(connection: sqlite3.Connection) -> None:
    """Delete the labels that no artifact has any more, with their terms and texts."""
    connection.execute("DELETE FROM cg_label WHERE label NOT IN (SELECT label FROM cg_labelled)")
    connection.execute("DELETE FROM cg_label_term WHERE label NOT IN (SELECT label FROM cg_label)")
    connection.execute("DELETE FROM cg_label_text")
    rows = connection.execute("SELECT label, text FROM cg_label WHERE text <> '' ORDER BY label")
    _append_texts(connection, [_text_line(label, text) for label, text in rows.fetchall()])


def _text_line(number: int, text: str) -> bytes:
    encoded_number = str(number).encode().translate(_ENCODE_NUMBER)
    return f"{text.replace(NEW_LINE, SEPARATOR)}{SEPARATOR}".encode() + encoded_number


def _insert_labels(connection: sqlite3.Connection, labels: Sequence[tuple[int, str, str, Collection[str]]]) -> None:
    """Insert labels: number, token, search text and terms of each."""
    rows = [(number, token, text) for number, token, text, _ in labels]
    terms = sorted((term, number) for number, _, _, label_terms in labels for term in label_terms)
    connection.executemany("INSERT INTO cg_label VALUES (?, ?, ?)", rows)
    connection.executemany("INSERT INTO cg_label_term VALUES (?, ?)", terms)
    _append_texts(connection, [_text_line(number, text) for number, _, text in rows if text])


def _text_and_terms(meaning: Meaning) -> tuple[str, Collection[str]]:
    label_lines, terms = _lines_and_terms(*meaning)
    return search_text(label_lines), terms


def _lines_and_terms(kind: str, key: str, value: Any) -> IndexPart:
    if kind == "t":
        return tag_index(key, value)
    if kind == "d":
        return metadata_index(key, value)
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
