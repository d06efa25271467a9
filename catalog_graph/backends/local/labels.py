"""Labels: what artifacts are found by, each kept once however many artifacts have it.

A label is a field or a tag with its value. What it means in a search (its terms, its search text) is
worked out by `query.text` when it is first met; what is then written for each artifact is which labels it
has. Values by which artifacts are found but which nearly no two share (hashes, runs, URIs) have no
words: they are labels by a digest, a negative number, kept nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.local.rows import searchable
from catalog_graph.query.text import SEPARATOR, TERM_FIELDS, search_index, tag_token

DIGEST_FIELDS = ("content_hash", "source_run_id", "uri")
BLOCK_BYTES = 8192
"""A block of label texts is closed when it has reached this size."""
END_OF_LABEL = b"\n"
_IN_NUMBER = bytes.maketrans(b"0123456789", bytes(range(0x10, 0x1A)))
NUMBER_TERM = f"t.term GLOB '[mn]{SEPARATOR}*'"
"""In SQL: the term `t.term` is a number that sorts."""
_MAX_TOKEN = 1000

Meaning = tuple[str, Any]
"""A field and its value, or `tags` and an object of one tag."""


def label_tokens(entry: CatalogEntry, memo: dict[Any, str]) -> dict[str, Meaning]:
    """The labels of an entry by their tokens, each with what it stands for; `memo` spares working them out."""
    found: dict[str, Meaning] = {}
    for attribute in TERM_FIELDS.values():
        if text := getattr(entry, attribute):
            found[field_token(attribute, text)] = (attribute, text)
    for key, value in searchable(entry.tags).items():
        kind = type(value)
        at = (key, kind, value) if kind is str or kind is float or kind is int else None
        token = memo.get(at) if at else None
        if token is None:
            token = exact_tag_token(key, value)
            if at:
                memo[at] = token
        found[token] = ("tags", {key: value})
    return found


def field_token(attribute: str, text: str) -> str:
    """The token of a field with exactly this value."""
    return _bounded(f"f{SEPARATOR}{attribute}{SEPARATOR}{text}")


def exact_tag_token(key: str, value: Any) -> str:
    """The token of a tag with exactly this value."""
    return _bounded(f"t{SEPARATOR}{tag_token(key, value)}")


def digest_label(attribute: str, text: str) -> int:
    """The label of a field that has no words: a negative number of 63 bits."""
    exact = f"{attribute}{SEPARATOR}{text}".encode(errors="surrogatepass")
    digest = hashlib.blake2b(exact, digest_size=8).digest()
    return -1 - (int.from_bytes(digest, "big") >> 1)


def digest_labels(entry: CatalogEntry) -> list[int]:
    """The labels by digest of an entry."""
    return [digest_label(name, text) for name in DIGEST_FIELDS if (text := getattr(entry, name))]


def numbers_of(connection: sqlite3.Connection, meanings: Mapping[str, Meaning]) -> dict[str, int]:
    """The numbers of labels by their tokens; those that are new are made."""
    tokens = json.dumps(list(meanings))
    rows = connection.execute(
        "SELECT l.token, l.label FROM json_each(?) t CROSS JOIN cg_label l ON l.token = t.value", (tokens,)
    )
    numbers = dict(rows.fetchall())
    new = [token for token in meanings if token not in numbers]
    if new:
        last = connection.execute("SELECT max(label) FROM cg_label").fetchone()[0] or 0
        made = {token: number for number, token in enumerate(new, last + 1)}
        _add(connection, {made[token]: (token, meanings[token]) for token in new})
        numbers |= made
    return numbers


def packed(numbers: Iterable[int]) -> bytes:
    """Labels as a row keeps them: 64-bit numbers in order."""
    return array("q", sorted(numbers)).tobytes()


def unpacked(data: bytes) -> array[int]:
    """The inverse of `packed`."""
    return array("q", data)


def _add(connection: sqlite3.Connection, labels: Mapping[int, tuple[str, Meaning]]) -> None:
    rows: list[tuple[int, str, str]] = []
    terms: list[tuple[str, int]] = []
    texts: list[bytes] = []
    for number, (token, (attribute, value)) in labels.items():
        index = search_index(CatalogEntry(**{attribute: value}))
        rows.append((number, token, index.search_text))
        terms += [(term, number) for term in index.terms]
        if index.search_text:
            lines = index.search_text.replace("\n", SEPARATOR)
            texts.append(lines.encode() + SEPARATOR.encode() + str(number).encode().translate(_IN_NUMBER))
    terms.sort()
    connection.executemany("INSERT INTO cg_label VALUES (?, ?, ?)", rows)
    connection.executemany("INSERT INTO cg_label_term VALUES (?, ?)", terms)
    _append_texts(connection, texts)


def _append_texts(connection: sqlite3.Connection, texts: list[bytes]) -> None:
    row = connection.execute("SELECT block, text FROM cg_label_text ORDER BY block DESC LIMIT 1").fetchone()
    block, data = row if row and len(row[1]) < BLOCK_BYTES else ((row[0] + 1 if row else 1), b"")
    parts = [data]
    size = len(data)
    for text in texts:
        if size >= BLOCK_BYTES:
            connection.execute("INSERT OR REPLACE INTO cg_label_text VALUES (?, ?)", (block, b"".join(parts)))
            block, parts, size = block + 1, [], 0
        parts += [text, END_OF_LABEL]
        size += len(text) + 1
    connection.execute("INSERT OR REPLACE INTO cg_label_text VALUES (?, ?)", (block, b"".join(parts)))


def labels_with_text(connection: sqlite3.Connection, part: str, most: int) -> list[int]:
    """At most so many of the labels in whose search text `part`, folded, stands somewhere; all for -1."""
    wanted = part.encode()
    found: list[int] = []
    for (data,) in connection.execute("SELECT text FROM cg_label_text"):
        at = data.find(wanted)
        while at >= 0:
            end = data.find(END_OF_LABEL, at)
            number = data[data.rfind(SEPARATOR.encode(), at, end) + 1 : end]
            found.append(int(number.translate(_FROM_NUMBER)))
            if len(found) == most:
                return found
            at = data.find(wanted, end)
    return found


_FROM_NUMBER = bytes.maketrans(bytes(range(0x10, 0x1A)), b"0123456789")


def _bounded(token: str) -> str:
    return token if len(token) <= _MAX_TOKEN else f"#{hashlib.sha256(token.encode()).hexdigest()}"
