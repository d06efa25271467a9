"""Sources of candidates for a search: the index that leads to all matches by the shortest way.

The condition that the fewest artifacts meet leads. If its artifacts are few, they are sorted. If its labels are few,
the artifacts of each label are read newest first and merged; of several such conditions, the one that is rarest among
the newest artifacts leads. If both are many, so are the matches, and all artifacts are scanned newest first. In case
matches have become rare lately, the scan stops after `MAX_SCAN` artifacts, and all older artifacts of the leading
condition are sorted after all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from typing import TypeVar

from catalog_graph.backends.local.search.conditions import Conditions
from catalog_graph.backends.local.search.label_sets import RawRow, Row

FEW_LABELS = 16
FEW_ARTIFACTS = 3000
"""Maximum number of artifacts to sort. In a file of 100,000, this takes about as long as a scan that fills a page."""
MAX_SCAN = 5000
"""Artifacts to scan before giving up."""
RECENT = 1000
"""The newest artifacts, which show what is rare lately."""
CHUNK = 64
"""Nodes whose rows are read together."""

SortKey = tuple[int, str]
"""Instant of creation (microseconds) and id of an artifact; results are in descending order of it."""
Position = tuple[int, int]
"""Instant of creation and node of an artifact."""
T = TypeVar("T", RawRow, Row)

sort_key: Callable[[RawRow], SortKey] = itemgetter(0, 1)

REGISTERED = (
    "artifacts a CROSS JOIN cg_node n ON n.artifact_id = a.artifact_id CROSS JOIN cg_search s ON s.node = n.node"
)
"""Rows of FlowyML's table with those of `cg_search`, for a FROM clause."""
_ROW = "SELECT s.created, s.artifact_id, s.node, s.compact_name, s.labels, s.text FROM"
_EVERYTHING = f"{_ROW} cg_search s WHERE s.created BETWEEN :first AND :last ORDER BY s.created DESC, s.artifact_id DESC"
BY_NODE = f"{_ROW} json_each(:nodes) j CROSS JOIN cg_search s ON s.node = j.value"
"""Query for the rows of `cg_search` of these nodes, as `RawRow`."""
_OF_LABEL = (
    "CROSS JOIN cg_search s ON s.node = l.node "
    "WHERE l.label = :label AND l.created BETWEEN :first AND :last ORDER BY l.created DESC, s.artifact_id DESC"
)
_BY_LABEL = f"{_ROW} cg_labelled l {_OF_LABEL}"
_BY_TWO_LABELS = (
    f"{_ROW} cg_labelled l CROSS JOIN cg_labelled o ON o.label = :also AND o.created = l.created AND o.node = l.node "
    f"{_OF_LABEL}"
)
_BY_NAME = (
    f"{_ROW} cg_search s INDEXED BY cg_search_compact_name WHERE s.compact_name = :name "
    "AND s.created BETWEEN :first AND :last ORDER BY s.created DESC, s.artifact_id DESC"
)
_POSITIONS_BY_FIELD = {
    name: f"SELECT s.created, s.node FROM {REGISTERED} WHERE {column} = :value"
    for name, column in (
        ("artifact_id", "a.artifact_id"),
        ("content_hash", "a.content_hash"),
    )
}
_POSITIONS_BY_START = {
    column: f"SELECT s.created, s.node FROM {REGISTERED} WHERE substr(a.{column}, 1, :length) = :value LIMIT :limit"
    for column in ("artifact_id", "content_hash", "uri", "source_run_id")
}
_POSITIONS_BY_LABELS = (
    "SELECT l.created, l.node FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "WHERE l.created BETWEEN :first AND :last"
)
_COUNT_BY_LABELS = (
    "SELECT count(*) FROM "
    "(SELECT 1 FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value LIMIT :limit)"
)
_COUNT_RECENT = (
    "SELECT count(*) FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "AND l.created BETWEEN :start AND :last"
)
_POSITIONS_BY_PREFIX = (
    "SELECT s.created, s.node FROM cg_search s INDEXED BY cg_search_compact_name WHERE s.compact_name > :name "
    "AND s.compact_name < :name || CAST(x'FF' AS TEXT) AND s.created BETWEEN :first AND :last"
)
_COUNT_BY_PREFIX = f"SELECT count(*) FROM ({_POSITIONS_BY_PREFIX} LIMIT :limit)"
_NTH_NEWEST = (
    "SELECT created, artifact_id FROM cg_search WHERE created BETWEEN :first AND :last "
    "ORDER BY created DESC, artifact_id DESC LIMIT 1 OFFSET :number - 1"
)


def candidates(connection: sqlite3.Connection, conditions: Conditions) -> Iterator[RawRow]:
    """Yield rows newest first, each once, among which are all that meet the conditions."""
    return _Sources(connection, conditions).best()


def merge_newest_first(streams: list[Iterator[T]]) -> Iterator[T]:
    """Merge streams of rows that are newest first."""
    return streams[0] if len(streams) == 1 else merge(*streams, key=sort_key, reverse=True)


class _Sources:
    """The sources of candidates for some conditions."""

    def __init__(self, connection: sqlite3.Connection, conditions: Conditions) -> None:
        self._connection = connection
        self._conditions = conditions

    def best(self) -> Iterator[RawRow]:
        """Return the source that reads the fewest rows."""
        conditions = self._conditions
        if conditions.field is not None:
            return self._sorted(
                self._positions(_POSITIONS_BY_FIELD[conditions.field.name], value=conditions.field.value)
            )
        if conditions.compact_name is not None:
            return self._rows(_BY_NAME, name=conditions.compact_name)
        few = self._few_positions()
        if few is None and conditions.field_start is not None:
            few = self._starting()
        if few is not None:
            return self._sorted(few)
        sets = [labels.members for labels in conditions.required if labels.members is not None]
        small_sets = [numbers for numbers in sets if len(numbers) <= FEW_LABELS]
        if small_sets:
            return merge_newest_first(self._by_label(*self._rarest_first(small_sets)))
        return self._scan()

    # ---- few artifacts, to be sorted

    def _few_positions(self) -> list[Position] | None:
        """Return the artifacts of the condition that the fewest meet, or `None` if they are too many to be sorted."""
        conditions = self._conditions
        if conditions.name_prefix is not None:
            prefix = {"name": conditions.name_prefix}
            if self._count(_COUNT_BY_PREFIX, **prefix, limit=FEW_ARTIFACTS + 1) <= FEW_ARTIFACTS:
                return self._positions(_POSITIONS_BY_PREFIX, **prefix)
        required = conditions.required
        if len(required) == 1 and (numbers := required[0].members) is not None and len(numbers) == 1:
            return None  # one label's artifacts are in order already
        cheap = self._smallest([labels.members for labels in required if not labels.is_costly])
        return cheap if cheap is not None else self._smallest([labels.members for labels in required])

    def _smallest(self, sets: list[frozenset[int] | None]) -> list[Position] | None:
        """Return the artifacts of the set that the fewest have labels of, or `None` if they are too many."""
        sizes = [
            (self._size(numbers), numbers) for numbers in sets if numbers is not None and len(numbers) <= FEW_ARTIFACTS
        ]
        size, smallest = min(sizes, key=itemgetter(0), default=(FEW_ARTIFACTS + 1, frozenset()))
        return self._positions_by_labels(smallest) if size <= FEW_ARTIFACTS else None

    def _starting(self) -> list[Position] | None:
        """Return the artifacts with the required start of a field, or `None` if they are too many to be sorted."""
        field = self._conditions.field_start
        assert field is not None
        values = {"value": field.value, "length": len(field.value), "limit": FEW_ARTIFACTS + 1}
        positions = self._positions(_POSITIONS_BY_START[field.name], **values)
        return positions if len(positions) <= FEW_ARTIFACTS else None

    def _size(self, numbers: frozenset[int]) -> int:
        """Count the artifacts that have one of these labels, up to one more than `FEW_ARTIFACTS`."""
        return self._count(_COUNT_BY_LABELS, labels=json.dumps(list(numbers)), limit=FEW_ARTIFACTS + 1)

    def _positions_by_labels(self, numbers: Collection[int]) -> list[Position]:
        return self._positions(_POSITIONS_BY_LABELS, labels=json.dumps(list(numbers)))

    def _sorted(self, positions: list[Position]) -> Iterator[RawRow]:
        """Yield the rows at these positions newest first; read those of the same instant together."""
        positions = sorted(set(positions), reverse=True)
        start = 0
        while start < len(positions):
            end = min(start + CHUNK, len(positions))
            while end < len(positions) and positions[end][0] == positions[end - 1][0]:
                end += 1
            rows = list(self._rows(BY_NODE, nodes=json.dumps([node for _, node in positions[start:end]])))
            yield from sorted(rows, key=sort_key, reverse=True)
            start = end

    # ---- few labels, whose artifacts are merged

    def _rarest_first(self, sets: list[frozenset[int]]) -> list[frozenset[int]]:
        """Sort sets of labels by the number of the newest artifacts that have one of them."""
        if len(sets) == 1:
            return sets
        oldest = self._nth_newest(RECENT)
        start = oldest[0] if oldest else self._conditions.created_from
        return sorted(sets, key=lambda n: self._count(_COUNT_RECENT, labels=json.dumps(list(n)), start=start))

    def _by_label(self, leading: frozenset[int], *others: frozenset[int]) -> list[Iterator[RawRow]]:
        """Return the artifacts of each leading label; only those that have the next required label, if there is one."""
        for other in others:
            if len(other) == 1:
                [also] = other
                return [self._rows(_BY_TWO_LABELS, label=number, also=also) for number in leading]
        return [self._rows(_BY_LABEL, label=number) for number in leading]

    # ---- all artifacts, to be scanned

    def _scan(self) -> Iterator[RawRow]:
        everything = self._rows(_EVERYTHING)
        return chain(islice(everything, MAX_SCAN), self._beyond_scan()) if self._conditions.required else everything

    def _beyond_scan(self) -> Iterator[RawRow]:
        """Yield the artifacts of the leading condition that are older than those scanned."""
        last = self._nth_newest(MAX_SCAN)
        if last is not None:
            self._conditions.created_to = last[0]
            labels = self._conditions.required[0]
            numbers = labels.members if labels.members is not None else labels.all_members()
            yield from (row for row in self._sorted(self._positions_by_labels(numbers)) if sort_key(row) < last)

    # ---- queries

    def _nth_newest(self, number: int) -> SortKey | None:
        key: SortKey | None = self._connection.execute(_NTH_NEWEST, self._parameters({"number": number})).fetchone()
        return key

    def _count(self, statement: str, **values: object) -> int:
        return int(self._connection.execute(statement, self._parameters(values)).fetchone()[0])

    def _positions(self, statement: str, **values: object) -> list[Position]:
        return self._connection.execute(statement, self._parameters(values)).fetchall()

    def _rows(self, statement: str, **values: object) -> Iterator[RawRow]:
        return self._connection.execute(statement, self._parameters(values))

    def _parameters(self, values: dict[str, object]) -> dict[str, object]:
        return {"first": self._conditions.created_from, "last": self._conditions.created_to, **values}
