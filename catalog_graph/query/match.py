"""Queries evaluated in plain Python: the reference for matching and ranking in every store."""

from __future__ import annotations

from collections.abc import Iterable

from catalog_graph.artifact import CatalogEntry
from catalog_graph.instants import microseconds
from catalog_graph.query.index import SearchIndex, search_index
from catalog_graph.query.metadata import holds
from catalog_graph.query.tree import Conjunction, Query


def matches(query: Query, entry: CatalogEntry, aliases: Iterable[str] = ()) -> bool:
    """Return True if a registered artifact that holds these aliases matches."""
    index = search_index(entry, aliases)
    terms = set(index.terms)
    return any(_holds(part, entry, index, terms) for part in query.any_of)


def matches_in_lineage(query: Query, entry: CatalogEntry, aliases: Iterable[str] = ()) -> bool:
    """Return True if an artifact in any state matches the `where` of a lineage.

    An artifact that is not registered has only an id and a state that a query could match.
    """
    if entry.state == "registered":
        return matches(query, entry, aliases)
    bare = CatalogEntry(artifact_id=entry.artifact_id, state=entry.state)
    return any(_bare_holds(part, bare) for part in query.any_of)


def _bare_holds(part: Conjunction, bare: CatalogEntry) -> bool:
    required = part.require_terms or part.parts or part.created_from is not None or part.created_before is not None
    required = required or (part.metadata is not None and part.metadata.require_terms)
    return not required and _fields_hold(part, bare)


def order(query: Query, entry: CatalogEntry) -> tuple[int, int]:
    """Return tier and age of a match, to sort by; matches that are equal in both are sorted by id, highest first."""
    return tier(query, search_index(entry)), -microseconds(entry.created_at)


def tier(query: Query, index: SearchIndex) -> int:
    """Return the tier of a match: 0 equal name, 1 name that starts with the words, 2 whole words, 3 parts of words."""
    if not query.words:
        return 0
    if index.compact_name.startswith(query.compact):
        return 0 if index.compact_name == query.compact else 1
    return 2 if set(query.words) <= set(index.terms) else 3


def _holds(part: Conjunction, entry: CatalogEntry, index: SearchIndex, terms: set[str]) -> bool:
    created = microseconds(entry.created_at)
    return (
        part.hold_for(terms)
        and all(text in index.search_text for text in part.parts)
        and not any(text in index.search_text for text in part.lacks_parts)
        and _fields_hold(part, entry)
        and (part.metadata is None or holds(part.metadata, entry))
        and (part.created_from is None or created >= part.created_from)
        and (part.created_before is None or created < part.created_before)
    )


def _fields_hold(part: Conjunction, entry: CatalogEntry) -> bool:
    return (
        all(getattr(entry, f.name) == f.value for f in part.equals)
        and not any(getattr(entry, f.name) == f.value for f in part.differs)
        and all(getattr(entry, f.name).startswith(f.value) for f in part.starts)
        and not any(getattr(entry, f.name).startswith(f.value) for f in part.lacks_starts)
    )
