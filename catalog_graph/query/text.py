"""The search index of an artifact: a folded search text and a list of terms, the same on every backend.

A term is a word, or a token: one of the letters below, followed by a separator that no word contains. Tokens are folded
like words, and cut to a length that every index accepts.

    t␟KEY␟VALUE   tag with this value         t␟KEY   tag with any value
    n␟KEY␟NUMBER  tag's number, sortable      m␟version␟NUMBER   whole-number version, sortable
    n␟KEY␟NUMBERt number that a text writes
    f␟FIELD␟VALUE field with this value       f␟FIELD   field with any value

Metrics and parameters in the metadata have the tokens of tags named `metrics.NAME` and `params.NAME` (see
`metadata_values`). A tag of such a name has tokens of the kinds `g` and `h`, too, by which `tag.metrics.NAME` finds it.
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
HIGHEST = "\U0010ffff"
"""The last code point: what starts with a text lies between the text and the text with it."""
NUMBERS = (f"n{SEPARATOR}", f"m{SEPARATOR}", f"h{SEPARATOR}", f"y{SEPARATOR}")
"""Beginnings of the tokens of numbers."""
OWN_KINDS = {"t": "g", "n": "h"}
"""Kinds of the tokens of tags alone, by those that values in the metadata have too."""
IN_METADATA = "\x1d"
"""Beginning of the exact tokens of values in the metadata."""
TEXT_NUMBER = "t"
"""End of the token of a number that a text writes; it sorts behind the token of the same JSON number."""
MAX_TERM_BYTES = 256
"""Maximum size of a term; a longer one is cut and gets a digest of the whole."""
MAX_PREFIX_BYTES = 200
"""Maximum size of a prefix that terms are compared with."""
MAX_SEARCH_TEXT_BYTES = 30_000
"""Maximum size of a search text; Neo4j's text index takes up to 32 kB."""
METADATA_PREFIXES = ("metrics.", "params.")
"""Beginnings of the keys that name values in the metadata, and tags."""
METADATA_OBJECTS = (("metrics", "metrics."), ("params", "params."), ("parameters", "params."))
"""Objects in the metadata that are indexed, with the beginnings of their keys."""
MAX_METADATA_VALUES = 100
"""Maximum number of metrics, and of parameters, of an artifact that are indexed."""
MAX_VALUE_BYTES = 256
"""Maximum size of a text among them that is indexed."""
TERM_FIELDS = {
    "name": "name",
    "type": "artifact_type",
    "pipeline": "source_pipeline",
    "step": "source_step",
    "version": "version",
}
"""Fields with tokens of their own, by their name in the query language."""

_SHORT = 64
"""Maximum length of a text whose index is cached, since types, steps, keys and short values recur."""
_EXACT = 2**53
"""Whole numbers below it are exact as doubles; larger ones are compared by their digits."""
_CACHED = 2_048
"""Number of texts in each cache."""
_to_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NO_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


IndexPart = tuple[dict[str, None], dict[str, None]]
"""Lines of the search text, and terms: the keys of dictionaries, so that each is unique and in order."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The search index of one artifact."""

    compact_name: str
    """The name as ranking compares it, of at most 2,048 bytes."""
    search_text: str
    """Folded lines: each value, and its separate words if they differ from it."""
    terms: list[str]


def search_index(entry: CatalogEntry, aliases: Iterable[str] = ()) -> SearchIndex:
    """Return the search index of a registered artifact that holds these aliases."""
    lines: dict[str, None] = {}
    terms: dict[str, None] = {}
    for name, attribute in TERM_FIELDS.items():
        if text := getattr(entry, attribute):
            _add(field_index(name, text), lines, terms)
    for key, value in entry.tags.items():
        _add(tag_index(key, value), lines, terms)
    if entry.uri:
        _add(field_index("uri", entry.uri), lines, terms)
    for key, value in metadata_values(entry).items():
        terms |= metadata_index(key, value)[1]
    terms |= dict.fromkeys(alias_terms(aliases))
    return SearchIndex(compact_name(entry.name), search_text(lines), list(terms))


def alias_terms(aliases: Iterable[str]) -> list[str]:
    """Return the terms of an artifact's aliases: tokens only, so that words and phrases do not match aliases."""
    return list(dict.fromkeys(term for alias in aliases for term in field_index("alias", alias)[1]))


def field_index(name: str, text: str) -> IndexPart:
    """Return the part of the index for a non-empty field of `TERM_FIELDS`, for an alias, or for a uri.

    A uri has a line of the search text alone: almost every artifact has one of its own, and terms of it would cost
    more than all others.
    """
    if name == "uri":
        return {fold(text): None}, {}
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


def tag_index(key: str, value: Any) -> IndexPart:
    """Return the part of the index for a tag."""
    short = isinstance(value, str) and len(key) + len(value) <= _SHORT
    return _short_tag_index(key, value) if short else _tag_index(key, value)


def _tag_index(key: str, value: Any) -> IndexPart:
    lines: dict[str, None] = {}
    terms: dict[str, None] = {token("t", key): None}
    for text in tag_texts(value):
        _add(_value(text), lines, terms)
        terms[token("t", key, text)] = None
    for number, sign in _numbers(value):
        terms[number_token(key, number) + sign] = None
    if is_metadata_key(key):
        terms |= {OWN_KINDS[term[0]] + term[1:]: None for term in _tokens(key, value)}
    return lines, terms


def metadata_index(key: str, value: Any) -> IndexPart:
    """Return the part of the index for a value of `metadata_values`: the tokens of such a tag, but no words."""
    return {}, _tokens(key, value)


def _tokens(key: str, value: Any) -> dict[str, None]:
    terms = {token("t", key): None} | {token("t", key, text): None for text in tag_texts(value)}
    return terms | {number_token(key, number) + sign: None for number, sign in _numbers(value)}


def is_metadata_key(key: str) -> bool:
    """Return True if a key names a metric or a parameter."""
    return key[0:1] in "mMpP" and key.casefold().startswith(METADATA_PREFIXES)


def indexed_key(key: str) -> str | None:
    """Return `metrics.auc` for `metadata.metrics.auc`, `None` for other metadata, and any other key as it is."""
    start, _, path = key.partition(".")
    if start.casefold() != "metadata" or not path:
        return key
    name, _, rest = path.partition(".")
    return next((start + rest for each, start in METADATA_OBJECTS if each == name.casefold() and rest), None)


def metadata_values(entry: CatalogEntry) -> dict[str, Any]:
    """Return the metrics and parameters in the metadata that are indexed: `metrics.auc`, `params.optimizer.lr`.

    They are the numbers, texts and booleans in `metrics`, and in `params` and `parameters`: at most 100 each, the first
    by their keys, and texts of at most 256 bytes. A value that is a tag of the same key, too, is left out.
    """
    if not entry.metadata:
        return {}
    values: dict[str, dict[str, Any]] = {}
    for name, start in METADATA_OBJECTS:
        if isinstance(each := entry.metadata.get(name), dict):
            _flatten(start, each, values.setdefault(start, {}))
    for key, value in entry.metadata.items():
        if is_metadata_key(key) and _is_indexed(value):
            start = key.casefold().partition(".")[0] + "."
            values.setdefault(start, {}).setdefault(key, value)
    chosen = {key: each[key] for each in values.values() for key in sorted(each)[:MAX_METADATA_VALUES]}
    tags = entry.tags
    return {k: v for k, v in chosen.items() if k not in tags or tag_token(k, tags[k]) != tag_token(k, v)}


def metadata_tokens(entry: CatalogEntry) -> dict[str, str]:
    """Return a token for each value of `metadata_values`, by key: that of such a tag behind a sign that no key has."""
    return {key: IN_METADATA + tag_token(key, value) for key, value in metadata_values(entry).items()}


def _flatten(start: str, values: dict[str, Any], into: dict[str, Any], levels: int = 8) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            if levels:
                _flatten(f"{start}{key}.", value, into, levels - 1)
        elif _is_indexed(value):
            into.setdefault(start + key, value)


def _is_indexed(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE_BYTES and len(value.encode("utf-8", "replace")) <= MAX_VALUE_BYTES
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**1023 and isfinite(value))


_short_tag_index = lru_cache(_CACHED)(_tag_index)


def search_text(lines: Iterable[str]) -> str:
    """Return the search text of these lines, cut to its maximum size."""
    return cut("\n".join(filter(None, lines)), MAX_SEARCH_TEXT_BYTES)


def _add(part: IndexPart, lines: dict[str, None], terms: dict[str, None]) -> None:
    lines.update(part[0])
    terms.update(part[1])


def _value(value: str) -> IndexPart:
    return _short_value(value) if len(value) <= _SHORT else _any_value(value)


def _any_value(value: str) -> IndexPart:
    folded, words = fold(value), split_words(value)
    return dict.fromkeys((folded, " ".join(words))), dict.fromkeys(map(bounded, (*folded.split(), *words)))


_short_value = lru_cache(_CACHED)(_any_value)


def fold(text: str) -> str:
    """Return `text` in lower case, in one Unicode form, with single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _SPACE.sub(" ", folded).strip()


def split_words(text: str) -> list[str]:
    """Return the folded words of `text`, split at signs, spaces and inner capitals (`SalesRegion`, `sales_region`)."""
    pieces = (
        piece for part in _NO_WORD.split(text) for piece in (_CAMEL.split(part) if part != part.lower() else [part])
    )
    return [word for piece in pieces if (word := fold(piece))]


def compact_name(name: str) -> str:
    """Return a name as ranking compares it: its folded letters and digits, or all of it if it has none."""
    return _short_compact_name(name) if len(name) <= _SHORT else _compact_name(name)


def _compact_name(name: str) -> str:
    folded = fold(name)
    return cut(_NO_WORD.sub("", folded) or folded, 2048)


_short_compact_name = lru_cache(_CACHED)(_compact_name)


def token(kind: str, key: str, value: str | None = None) -> str:
    """Return the token of a tag (`t`) or a field (`f`) with `value`, or with any value."""
    short = len(key) + len(value or "") <= _SHORT
    return _short_token(kind, key, value) if short else _token(kind, key, value)


def _token(kind: str, key: str, value: str | None) -> str:
    start = f"{kind}{SEPARATOR}{bounded(fold(key))}"
    return start if value is None else f"{start}{SEPARATOR}{bounded(fold(value))}"


_short_token = lru_cache(_CACHED)(_token)


def number_token(key: str, number: float, kind: str = "n", steps: int = 0) -> str:
    """Return a token that sorts like `number` among tokens of the same key (the bits of an IEEE 754 double).

    `steps` moves it to a neighbouring double: 1 to the next greater, -1 to the next smaller.
    """
    bits = int.from_bytes(struct.pack(">d", number + 0.0), "big")
    sortable = (bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63)) + steps
    return f"{token(kind, key)}{SEPARATOR}{sortable:016x}"


def tag_texts(value: Any) -> list[str]:
    """Return the texts that a query compares with a tag's value: each element of a list, the JSON of an object."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in tag_texts(item)]
    return [value if isinstance(value, str) else canonical_json(value)]


def _numbers(value: Any) -> list[tuple[float, str]]:
    """Return the numbers that a query compares with a tag's value, each with the end of its token."""
    if isinstance(value, list | tuple):
        return [number for item in value for number in _numbers(item)]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return []
    if not isinstance(value, str):
        return [(float(value), "")]
    number = read_number(value)
    return [] if number is None else [(number, TEXT_NUMBER)]


def read_number(text: str) -> float | None:
    """Return the finite number that `text` writes in ASCII digits, or `None`."""
    digits = text.strip()
    if not _NUMBER.fullmatch(digits):
        return None
    number = float(digits)
    return number if abs(number) != float("inf") else None


def equal_number(key: str, text: str) -> str | None:
    """Return the term of the tags whose JSON number equals the one that `text` writes, if the letters may differ."""
    number = read_number(text)
    if number is None:
        return None
    if abs(number) < _EXACT:
        return None if canonical_json(number) == text else number_token(key, number)
    canonical = str(int(text)) if text.strip("+- ").isdecimal() else canonical_json(number)
    return None if canonical == text else token("t", key, canonical)


def tag_token(key: str, value: Any) -> str:
    """Return a text that is equal for two tags if key and value are equal as JSON (1 equals 1.0, but not true).

    A text that is too long for an index is replaced by its digest.
    """
    exact = f"{key}{SEPARATOR}{canonical_json(value)}"
    return exact if len(exact) <= 200 else hashlib.sha256(exact.encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """Return JSON that is the same for equal values: keys are sorted, whole numbers have no fraction."""
    canonical = _canonical(value)
    if type(canonical) is int or (type(canonical) is float and isfinite(canonical)):
        return repr(canonical)  # the same text as the encoder's, ten times as fast
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
    """Return `term`, cut and with a digest if it is larger than `MAX_TERM_BYTES`."""
    if len(term) <= MAX_TERM_BYTES // 4:
        return term
    data = term.encode()
    if len(data) <= MAX_TERM_BYTES:
        return term
    return f"{cut(term, MAX_TERM_BYTES - 20)}#{hashlib.sha256(data).hexdigest()[:16]}"


def cut(text: str, max_bytes: int) -> str:
    """Return the longest beginning of `text` that is at most `max_bytes` long in UTF-8."""
    data = text.encode()
    return text if len(data) <= max_bytes else data[:max_bytes].decode(errors="ignore")
