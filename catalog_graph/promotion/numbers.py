"""Numbers and approvals in an artifact's tags and metadata, as rules read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.promotion.rules import Metric, NoWorse
from catalog_graph.query.text import fold, read_number, tag_texts

_NOBODY = frozenset({"", "false", "no", "null"})
"""Values of an approval's tag that name no person."""


def number_of(entry: CatalogEntry, rule: Metric | NoWorse) -> Decimal | None:
    """Return the number that a rule is about, exactly as it is written; `None` without one.

    A text that writes a number counts, as in the query language; a list, a boolean and NaN do not.
    """
    value = entry.tags.get(rule.tag) if rule.tag is not None else _value_at(entry.metadata, rule.metadata or "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and read_number(value) is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):  # exponents of twenty digits, and whole numbers of thousands
        return None
    return number if number.is_finite() else None


def approvers(tags: Mapping[str, Any], tag: str, by: Iterable[str]) -> set[str]:
    """Return the folded names of the people whom a tag names, of `by` alone if that has any."""
    people = set(map(fold, tag_texts(tags[tag]))) if tag in tags else set()
    eligible = set(map(fold, by))
    return people & eligible if eligible else people - _NOBODY


def _value_at(metadata: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path with dots; a key that itself contains the dots comes first."""
    if path in metadata:
        return metadata[path]
    key, dot, rest = path.partition(".")
    inner = metadata.get(key)
    return _value_at(inner, rest) if dot and isinstance(inner, Mapping) else None
