"""Texts as they are shown: without invisible characters, measured, shortened."""

from __future__ import annotations

import unicodedata


def shown(text: str) -> str:
    """Return `text` with control characters and other invisible ones written as codes."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def columns(text: str) -> int:
    """Return the width of `text` in letters; an East Asian letter counts as two."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, most: int) -> str:
    """Return `text` without its middle if it is wider than `most` letters; names differ mostly at their ends."""
    if columns(text) <= most:
        return text
    # Only the ends can stay; a long text is not looked at letter by letter.
    text = text if len(text) <= 2 * most else text[:most] + text[-most:]
    while columns(text) >= most:
        middle = len(text) // 2
        text = text[:middle] + text[middle + 1 :]
    middle = len(text) // 2
    return f"{text[:middle]}…{text[middle:]}"


def instant(text: str) -> str:
    """Return an instant in ISO 8601 to the minute: `2026-11-28 16:57`."""
    return text[:16].replace("T", " ")
