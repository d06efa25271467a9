"""Query texts that the program itself writes: a key or a phrase that is read back exactly as it is."""

from __future__ import annotations

import re


def escaped_key(key: str) -> str:
    """Return a tag's key with a backslash before each sign of the query language."""
    return re.sub(r'([\\\s"():<>*=!-])', r"\\\1", key)


def phrase(text: str) -> str:
    """Return `text` in double quotes, as a phrase or a value of the query language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def escaped_value(value: str) -> str:
    """Return a value that follows a key, in quotes if it needs them."""
    return value if re.fullmatch(r"[\w.@/-]+", value) else phrase(value)
