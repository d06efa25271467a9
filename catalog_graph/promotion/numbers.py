"""Numbers and names in an artifact's tags and metadata, as rules read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.promotion.rules import Metric, NoWorse
from catalog_graph.query.text import fold, read_number, tag_texts

_NOBODY = frozenset({"", "false", "no", "null"})
"""Values of an approval's tag that name nobody."""


def number_of(entry: CatalogEntry, rule: Metric | NoWorse) -> Decimal | None:
    """The number that a rule is about, exactly as it is written; `None` where there is none.

    A text that writes a number counts, as in the query language; a list, a truth value and NaN do not.
    """
    value = entry.tags.get(rule.tag) if rule.tag is not None else _within(entry.metadata, rule.metadata or "")
    if isinstance(value, str):
        return Decimal(value.strip()) if read_number(value) is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return Decimal(str(value))


def approvers(tags: Mapping[str, Any], tag: str, by: Iterable[str]) -> set[str]:
    """Who approved by this tag, folded: of `by`, or anybody where nobody is named there."""
    found = set(map(fold, tag_texts(tags[tag]))) if tag in tags else set()
    wanted = set(map(fold, by))
    return found & wanted if wanted else found - _NOBODY


def _within(metadata: Mapping[str, Any], path: str) -> Any:
    """The value at a path; a key that itself holds dots is found as it is."""
    if path in metadata:
        return metadata[path]
    key, dot, rest = path.partition(".")
    inner = metadata.get(key)
    return _within(inner, rest) if dot and isinstance(inner, Mapping) else None
