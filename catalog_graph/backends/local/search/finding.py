"""Lists and searches, a page at a time: candidates come from an index newest first until the page is full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice

from catalog_graph.backends import cursors
from catalog_graph.backends.local.search.conditions import TIERS, ConditionBuilder, Conditions
from catalog_graph.backends.local.search.label_sets import Row
from catalog_graph.backends.local.search.sources import SortKey, candidates, merge_newest_first, sort_key
from catalog_graph.query.selection import Selection

CHUNK, LARGEST_CHUNK = 64, 256
"""Candidates to filter together: the number doubles as long as there are too few matches."""


def find(
    connection: sqlite3.Connection, selection: Selection, limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """Return the rows of a page, in order, and the cursor of the next page, if there is one."""
    query = selection.query
    builder = ConditionBuilder(connection, query, selection)
    first_tier, created, artifact_id = cursors.decode(cursor, int, int, str) if cursor is not None else (0, None, "")
    hits: list[tuple[int, Row]] = []
    for tier in range(first_tier, TIERS if query.words else 1):
        after = (created, artifact_id) if tier == first_tier and created is not None else None
        streams = [_matches(connection, builder.build(part, tier), after) for part in query.any_of]
        rows = (next(same) for _, same in groupby(merge_newest_first(streams), key=sort_key))
        hits += [(tier, row) for row in islice(rows, limit + 1 - len(hits))]
        if len(hits) > limit:
            last_tier, last = hits[limit - 1]
            cursor = cursors.encode(last_tier, last.created, last.artifact_id)
            return [row for _, row in hits[:limit]], cursor
    return [row for _, row in hits], None


def _matches(connection: sqlite3.Connection, conditions: Conditions, after: SortKey | None) -> Iterator[Row]:
    """Yield the rows that meet the conditions, newest first, from behind the key `after`."""
    if not conditions.satisfiable:
        return
    if after is not None:
        conditions.created_to = min(conditions.created_to, after[0])
    rows = candidates(connection, conditions)
    size = CHUNK
    while chunk := list(islice(rows, size)):
        yield from conditions.filter([row for row in chunk if after is None or sort_key(row) < after])
        size = min(2 * size, LARGEST_CHUNK)
