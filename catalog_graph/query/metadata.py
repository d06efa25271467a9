"""Conditions on metadata that no index has: `metadata.PATH:value` is compared with the stored metadata itself.

A value has the tokens that a tag of that name would have, of kinds of their own, so that it compares as a tag does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.errors import InvalidQuery
from catalog_graph.query.index import indexed_key, metadata_index
from catalog_graph.query.text import SEPARATOR, bounded, fold
from catalog_graph.query.tree import Conjunction, Query, TermConditions

KINDS = {"t": "x", "n": "y"}
"""Kinds of the tokens of metadata without an index, by those of tags."""
MAX_EXAMINED = 100_000
"""Maximum number of artifacts whose metadata one request reads."""

_COMPARED = 50
"""Characters of a path that are compared before objects inside it are looked at."""


def is_unindexed(key: str) -> bool:
    """Return True if a key names a value of the metadata that no index has."""
    return indexed_key(key) is None


def is_unindexed_term(term: str) -> bool:
    """Return True if a term is one of metadata without an index."""
    return term[1:2] == SEPARATOR and term[0] in KINDS.values()


def require_index(query: Query, filtered: bool) -> None:
    """Raise `InvalidQuery` if an alternative of a query has conditions on metadata and none that an index has."""
    for part in query.any_of:
        if part.metadata is not None and not filtered and not _is_indexed(part):
            path = min(paths_of(part.metadata))
            raise InvalidQuery(
                f"{_in_no_index(path)}: add a condition that every match meets, such as a name, type:Dataset, a tag "
                f"or a metric, or ask within a lineage (where); tag.{path} is a tag of that name",
                column=1,
            )


def _in_no_index(path: str) -> str:
    """Return that no index has a folded path."""
    return f"{path} is in no index" + (", unless it is written in small letters" if indexed_key(path) else "")


def _is_indexed(part: Conjunction) -> bool:
    times = part.created_from, part.created_before
    fields = [each for each in (*part.equals, *part.starts) if each.name != "state" and each.value]
    return bool(part.has or part.parts or part.ranges or fields) or any(time is not None for time in times)


class ExaminedMetadata:
    """Compares metadata with conditions, up to a maximum number of artifacts."""

    def __init__(self) -> None:
        self._examined = 0

    def count(self, query: Query) -> None:
        """Count one more artifact. Raises `InvalidQuery` beyond the maximum."""
        self._examined += 1
        if self._examined > MAX_EXAMINED:
            path = min(path for part in query.any_of if part.metadata is not None for path in paths_of(part.metadata))
            raise InvalidQuery(
                f"{_in_no_index(path)}, and more than {MAX_EXAMINED:,} artifacts have to be read to compare it; "
                "add a condition that fewer meet",
                column=1,
            )


@lru_cache(maxsize=256)
def paths_of(conditions: TermConditions) -> frozenset[str]:
    """Return the folded paths of the values that are compared, such as `metadata.rows`."""
    ranges = (*conditions.ranges, *conditions.lacks_ranges)
    terms = (*conditions.has, *conditions.lacks, *(each.low for each in ranges))
    return frozenset(term.split(SEPARATOR)[1] for term in terms)


def holds(conditions: TermConditions, entry: CatalogEntry) -> bool:
    """Return True if the metadata of an artifact, and tags of the same names, meet the conditions."""
    return conditions.hold_for(_terms(entry, paths_of(conditions)))


def values_at(entry: CatalogEntry, path: str) -> Iterator[Any]:
    """Yield the values of the metadata at a path such as `metadata.rows`."""
    yield from (value for _, value in _values("metadata", entry.metadata, (bounded(fold(path)),)))


def _terms(entry: CatalogEntry, paths: Collection[str]) -> set[str]:
    values = [*_values("metadata", entry.metadata, paths)]
    values += [(key, value) for key, value in entry.tags.items() if bounded(fold(key)) in paths]
    return {KINDS[term[0]] + term[1:] for key, value in values for term in metadata_index(key, value)[1]}


def _values(start: str, values: dict[str, Any], paths: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Yield the values at some folded paths, each with its path as it is written."""
    for key, value in values.items():
        path = f"{start}.{key}"
        folded = fold(path)
        if bounded(folded) in paths:
            yield path, value
        if isinstance(value, dict) and any(each.startswith(folded[:_COMPARED]) for each in paths):
            yield from _values(path, value, paths)
