"""How an artifact becomes searchable: one folded, split text and one list of terms, on every backend.

A term is a word, or a token that begins with one of the letters below and a separator that no word can
hold. Tokens are folded as words are, and cut to a length that every index takes.

    t␟KEY␟VALUE   a tag equals a value        t␟KEY   a tag is there
    n␟KEY␟NUMBER  a tag's number, sortable    m␟version␟NUMBER   a whole-number version, sortable
    f␟FIELD␟VALUE, f␟FIELD   a field equals a value, is there
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from catalog_graph.artifact import CatalogEntry, version_number

SEPARATOR = "\x1f"
MAX_TERM_BYTES = 256
"""A longer term is cut, and told from others by a digest of the whole."""
MAX_SEARCH_TEXT_BYTES = 30_000
"""The search text ends here; Neo4j's text index takes 32 kB."""
TERM_FIELDS = {
    "name": "name",
    "type": "artifact_type",
    "pipeline": "source_pipeline",
    "step": "source_step",
    "version": "version",
}
"""Fields, by their name in the query language, that have tokens of their own."""

_SHORT, _CACHED = 64, 2_048
"""The same types, steps, keys and values come again and again: of so many short ones it is kept what they read as."""
_to_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NO_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


Found = tuple[dict[str, None], dict[str, None]]
"""Lines and terms, each once and in order: the keys of a dict."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What a store keeps beside an artifact to find it."""

    compact_name: str
    """Of at most 2,048 bytes."""
    search_text: str
    """Folded lines: each value as it is, and split into words where that differs."""
    terms: list[str]


def search_index(entry: CatalogEntry, aliases: Iterable[str] = ()) -> SearchIndex:
    """The search index of a registered artifact that carries these aliases."""
    lines: dict[str, None] = {}
    terms: dict[str, None] = {}
    for name, attribute in TERM_FIELDS.items():
        if text := getattr(entry, attribute):
            _add(field_index(name, text), lines, terms)
    for key, value in entry.tags.items():
        _add(tag_index(key, value), lines, terms)
    terms |= dict.fromkeys(alias_terms(aliases))
    return SearchIndex(compact_name(entry.name), search_text(lines), list(terms))


def alias_terms(aliases: Iterable[str]) -> list[str]:
    """The terms of what carries these aliases: that it has one, and which; no words, so that texts find none."""
    return list(dict.fromkeys(term for alias in aliases for term in field_index("alias", alias)[1]))


def field_index(name: str, text: str) -> Found:
    """What a field of `TERM_FIELDS`, or an alias, that is not empty adds: lines of the search text, and terms."""
    tokens = dict.fromkeys((token("f", name), token("f", name, text)))
    if name == "alias":
        return {}, tokens
    if name != "version":
        lines, words = _value(text)
        return lines, words | tokens
    number = version_number(text)
    if number is not None:
        tokens[number_token(name, number, "m")] = None
    return {}, tokens


def tag_index(key: str, value: Any) -> Found:
    """What a tag adds: lines of the search text, and terms."""
    short = isinstance(value, str) and len(key) + len(value) <= _SHORT
    return _short_tag_index(key, value) if short else _tag_index(key, value)


def _tag_index(key: str, value: Any) -> Found:
    lines: dict[str, None] = {}
    terms: dict[str, None] = {token("t", key): None}
    for text in tag_texts(value):
        _add(_value(text), lines, terms)
        terms[token("t", key, text)] = None
    for number in tag_numbers(value):
        terms[number_token(key, number)] = None
    return lines, terms


_short_tag_index = lru_cache(_CACHED)(_tag_index)


def search_text(lines: Iterable[str]) -> str:
    """The search text of these lines."""
    return cut("\n".join(filter(None, lines)), MAX_SEARCH_TEXT_BYTES)


def _add(found: Found, lines: dict[str, None], terms: dict[str, None]) -> None:
    lines.update(found[0])
    terms.update(found[1])


def _value(value: str) -> Found:
    return _short_value(value) if len(value) <= _SHORT else _any_value(value)


def _any_value(value: str) -> Found:
    folded, words = fold(value), split_words(value)
    return dict.fromkeys((folded, " ".join(words))), dict.fromkeys(map(bounded, (*folded.split(), *words)))


_short_value = lru_cache(_CACHED)(_any_value)


def fold(text: str) -> str:
    """`text` without differences of case, of compatibility forms and of white space."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _SPACE.sub(" ", folded).strip()


def split_words(text: str) -> list[str]:
    """The folded words of `text`: split at signs, blanks and inner capitals (`SalesRegion`, `sales_region`)."""
    pieces = (
        piece for part in _NO_WORD.split(text) for piece in (_CAMEL.split(part) if part != part.lower() else [part])
    )
    return [word for piece in pieces if (word := fold(piece))]


def compact_name(name: str) -> str:
    """A name as ranking compares it: folded letters and digits alone (all of it, where there are none)."""
    return _short_compact_name(name) if len(name) <= _SHORT else _compact_name(name)


def _compact_name(name: str) -> str:
    folded = fold(name)
    return cut(_NO_WORD.sub("", folded) or folded, 2048)


_short_compact_name = lru_cache(_CACHED)(_compact_name)


def token(kind: str, key: str, value: str | None = None) -> str:
    """The token of a tag (`t`) or a field (`f`): that it is there, or that it equals `value`."""
    short = len(key) + len(value or "") <= _SHORT
    return _short_token(kind, key, value) if short else _token(kind, key, value)


def _token(kind: str, key: str, value: str | None) -> str:
    start = f"{kind}{SEPARATOR}{bounded(fold(key))}"
    return start if value is None else f"{start}{SEPARATOR}{bounded(fold(value))}"


_short_token = lru_cache(_CACHED)(_token)


def number_token(key: str, number: float, kind: str = "n", steps: int = 0) -> str:
    """A token that sorts as `number` does among those of the same key (the bits of an IEEE-754 double).

    `steps` moves it to a neighbouring double: 1 to the next greater, -1 to the next smaller.
    """
    bits = int.from_bytes(struct.pack(">d", number + 0.0), "big")
    sortable = (bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63)) + steps
    return f"{token(kind, key)}{SEPARATOR}{sortable:016x}"


def tag_texts(value: Any) -> list[str]:
    """What a tag's value reads as in a query: a list as each of its elements, an object as its JSON."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in tag_texts(item)]
    return [value if isinstance(value, str) else canonical_json(value)]


def tag_numbers(value: Any) -> list[float]:
    """The numbers that comparisons with a tag's value see; numeric strings are read as well."""
    if isinstance(value, list | tuple):
        return [number for item in value for number in tag_numbers(item)]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return []
    number = read_number(value) if isinstance(value, str) else float(value)
    return [] if number is None else [number]


def read_number(text: str) -> float | None:
    """The finite number that `text` writes, in ASCII digits, or `None`."""
    digits = text.strip()
    if not _NUMBER.fullmatch(digits):
        return None
    number = float(digits)
    return number if abs(number) != float("inf") else None


def tag_token(key: str, value: Any) -> str:
    """A tag exactly: two are equal if key and value are, by JSON equality (1 = 1.0, true is not 1).

    Longer ones than an index takes are replaced by their digest.
    """
    exact = f"{key}{SEPARATOR}{canonical_json(value)}"
    return exact if len(exact) <= 200 else hashlib.sha256(exact.encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON in which equal values have equal texts: keys sorted, whole numbers without a fraction."""
    canonical = _canonical(value)
    if type(canonical) is int or (type(canonical) is float and isfinite(canonical)):
        return repr(canonical)  # what JSON has for it; the encoder takes ten times as long
    return _to_json(canonical)


def _canonical(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


def bounded(term: str) -> str:
    """`term`, cut and given a digest where it is over `MAX_TERM_BYTES`."""
    if len(term) <= MAX_TERM_BYTES // 4:
        return term
    data = term.encode()
    if len(data) <= MAX_TERM_BYTES:
        return term
    return f"{cut(term, MAX_TERM_BYTES - 20)}#{hashlib.sha256(data).hexdigest()[:16]}"


def cut(text: str, most: int) -> str:
    """The longest start of `text` of at most `most` bytes as UTF-8."""
    data = text.encode()
    return text if len(data) <= most else data[:most].decode(errors="ignore")
