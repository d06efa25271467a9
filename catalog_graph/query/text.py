"""Text as searches compare it: folded, in words, and as the terms that `query.index` describes."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
from functools import lru_cache
from math import isfinite
from typing import Any

SEPARATOR = "\x1f"
HIGHEST = "\U0010ffff"
"""The last code point: what starts with a text lies between the text and the text with it."""
NUMBERS = (f"n{SEPARATOR}", f"m{SEPARATOR}", f"h{SEPARATOR}", f"y{SEPARATOR}")
"""Beginnings of the tokens of numbers."""
TEXT_NUMBER = "t"
"""End of the token of a number that a text writes; it sorts behind the token of the same JSON number."""
MAX_TERM_BYTES = 256
"""Maximum size of a term; a longer one is cut and gets a digest of the whole."""
MAX_PREFIX_BYTES = 200
"""Maximum size of a prefix that terms are compared with."""

SHORT = 64
"""Maximum length of a text whose index is cached, since types, steps, keys and short values recur."""
_EXACT = 2**53
"""Whole numbers below it are exact as doubles; larger ones are compared by their digits."""
CACHED = 2_048
"""Number of texts in each cache."""
_to_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NO_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")


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
    return _short_compact_name(name) if len(name) <= SHORT else _compact_name(name)


def _compact_name(name: str) -> str:
    folded = fold(name)
    return cut(_NO_WORD.sub("", folded) or folded, 2048)


_short_compact_name = lru_cache(CACHED)(_compact_name)


def token(kind: str, key: str, value: str | None = None) -> str:
    """Return the token of a tag (`t`) or a field (`f`) with `value`, or with any value."""
    short = len(key) + len(value or "") <= SHORT
    return _short_token(kind, key, value) if short else _token(kind, key, value)


def _token(kind: str, key: str, value: str | None) -> str:
    start = f"{kind}{SEPARATOR}{bounded(fold(key))}"
    return start if value is None else f"{start}{SEPARATOR}{bounded(fold(value))}"


_short_token = lru_cache(CACHED)(_token)


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


def numbers(value: Any) -> list[tuple[float, str]]:
    """Return the numbers that a query compares with a tag's value, each with the end of its token."""
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers(item)]
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
