"""JSON in the canonical form of RFC 8785, of which equal values have equal bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from catalog_graph.errors import InvalidInput
from catalog_graph.seals.extra import required

_WHOLE = 2**53
"""Whole numbers from here on have no form in RFC 8785; a seal has the text of their digits."""
_UNUSUAL = re.compile(r"\.0|e[-+]|[0-9]{16}|[^\x00-\x7f]")
"""Texts of values that Python may write in another way than RFC 8785 have a match; others may have one too."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value. Raises `InvalidInput` for a text that is not Unicode, and for NaN.

    Python's own encoder writes the same bytes in a tenth of the time, unless a value is one of a few.
    """
    try:
        text = _ENCODER.encode(value)
        if _UNUSUAL.search(text) is None or _is_plain(value):
            return text.encode()
        return bytes(required("rfc8785").dumps(_with_digits(value)))
    except ValueError as error:
        raise InvalidInput(f"a value cannot be sealed, since JSON cannot express it: {error}") from error


def canonical_texts(value: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of an object that has only texts, null and lists of texts, by keys of ASCII."""
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"a text cannot be sealed, since it is not Unicode: {error}") from error


def _is_plain(value: Any) -> bool:
    """Return True unless Python writes a number, or sorts keys, in another way than RFC 8785."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_WHOLE < value < _WHOLE)
    if kind is float:
        return bool(1e-4 <= abs(value) < 1e15 and not value.is_integer())
    if kind is dict:
        return all(map(_is_plain_key, value)) and all(map(_is_plain, value.values()))
    return bool(kind is list and all(map(_is_plain, value)))


def _is_plain_key(key: Any) -> bool:
    return type(key) is str and key.isascii()


def _with_digits(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_digits(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_with_digits, value))
    return str(value) if isinstance(value, int) and not -_WHOLE < value < _WHOLE else value
