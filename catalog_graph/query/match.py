"""The query language read by plain Python: what a match and the order of matches mean."""

from __future__ import annotations

from collections.abc import Iterable

from catalog_graph.artifact import CatalogEntry
from catalog_graph.instants import microseconds
from catalog_graph.query.text import SearchIndex, search_index
from catalog_graph.query.tree import Conjunction, Query


def matches(query: Query, entry: CatalogEntry, aliases: Iterable[str] = ()) -> bool:
    """Whether a registered artifact that carries these aliases matches."""
    index = search_index(entry, aliases)
    terms = set(index.terms)
    return any(_holds(part, entry, index, terms) for part in query.any_of)


def matches_in_lineage(query: Query, entry: CatalogEntry, aliases: Iterable[str] = ()) -> bool:
    """Whether an artifact in any state matches the `where` of a lineage.

    One that is not registered has an id and a state, and nothing else that a query could find.
    """
    if entry.state == "registered":
        return matches(query, entry, aliases)
    bare = CatalogEntry(artifact_id=entry.artifact_id, state=entry.state)
    return any(_bare_holds(part, bare) for part in query.any_of)


def _bare_holds(part: Conjunction, bare: CatalogEntry) -> bool:
    wanted = part.has or part.parts or part.ranges or part.created_from is not None or part.created_before is not None
    return not wanted and _fields_hold(part, bare)


def order(query: Query, entry: CatalogEntry) -> tuple[int, int]:
    """Tier and age of a match: sort by these, descending by id where they are equal (sort by id first)."""
    return tier(query, search_index(entry)), -microseconds(entry.created_at)


def tier(query: Query, index: SearchIndex) -> int:
    """0 exact name, 1 the name starts with the words, 2 whole words, 3 parts of words."""
    if not query.words:
        return 0
    if index.compact_name.startswith(query.compact):
        return 0 if index.compact_name == query.compact else 1
    return 2 if set(query.words) <= set(index.terms) else 3


def _holds(part: Conjunction, entry: CatalogEntry, index: SearchIndex, terms: set[str]) -> bool:
    created = microseconds(entry.created_at)
    return (
        terms.issuperset(part.has)
        and terms.isdisjoint(part.lacks)
        and all(text in index.search_text for text in part.parts)
        and not any(text in index.search_text for text in part.lacks_parts)
        and all(any(r.low <= term <= r.high for term in terms) for r in part.ranges)
        and not any(r.low <= term <= r.high for r in part.lacks_ranges for term in terms)
        and _fields_hold(part, entry)
        and (part.created_from is None or created >= part.created_from)
        and (part.created_before is None or created < part.created_before)
    )


def _fields_hold(part: Conjunction, entry: CatalogEntry) -> bool:
    return all(getattr(entry, f.name) == f.value for f in part.equals) and not any(
        getattr(entry, f.name) == f.value for f in part.differs
    )
