"""Lists and searches: candidates straight from an index in the order of the answer, until a page is full.

The condition that the fewest artifacts meet leads. Where its artifacts are few, they are sorted; where
its labels are few, the artifacts of each are read newest first and merged, of several such conditions those
of the one that is the rarest lately; where both are many, so are the matches, and everything is walked
through newest first. Should those have become rare lately, the walk is given up after a while, and all
artifacts of the leading condition are sorted after all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import TypeVar

from catalog_graph.backends import cursors
from catalog_graph.backends.local.search.conditions import Conditions, Reader
from catalog_graph.backends.local.search.label_sets import RawRow, Row
from catalog_graph.query.selection import Selection

FEW_LABELS = 16
FEW_ARTIFACTS = 3000
"""Of 100,000, so many are sorted about as quickly as a page of them is met on a walk."""
WALK = 5000
"""Artifacts that are walked through before it is given up."""
RECENT = 1000
"""The newest artifacts, which tell what is rare lately."""
_CHUNK, _LARGEST_CHUNK = 64, 256
"""Candidates that are looked at together: twice as many each time, since so far there were too few matches."""
_TIERS = 4

T = TypeVar("T", RawRow, Row)
Place = tuple[int, str]
"""When an artifact was created, and its id; the answer is in descending order of it."""
_place: Callable[[RawRow], Place] = itemgetter(0, 1)

_ROW = "SELECT s.created, s.artifact_id, s.node, s.compact_name, s.labels, s.text FROM"
_EVERYTHING = f"{_ROW} cg_search s WHERE s.created BETWEEN :first AND :last ORDER BY s.created DESC, s.artifact_id DESC"
_BY_NODE = f"{_ROW} json_each(:nodes) j CROSS JOIN cg_search s ON s.node = j.value"
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
_REGISTERED = (
    "artifacts a CROSS JOIN cg_node n ON n.artifact_id = a.artifact_id CROSS JOIN cg_search s ON s.node = n.node"
)
_PLACED_BY_FIELD = {
    name: f"SELECT s.created, s.node FROM {_REGISTERED} WHERE {column} = :value"
    for name, column in (
        ("artifact_id", "a.artifact_id"),
        ("content_hash", "a.content_hash"),
        ("uri", "a.uri"),
    )
}
_WITH_CONTENT = (
    f"SELECT s.created, s.artifact_id FROM json_each(?) j CROSS JOIN {_REGISTERED} "
    "WHERE a.content_hash = j.value ORDER BY s.created, s.artifact_id"
)
_PLACED_BY_LABELS = (
    "SELECT l.created, l.node FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "WHERE l.created BETWEEN :first AND :last"
)
_COUNT_LABELLED = (
    "SELECT count(*) FROM "
    "(SELECT 1 FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value LIMIT :most)"
)
_PLACE_AT = (
    "SELECT created, artifact_id FROM cg_search WHERE created BETWEEN :first AND :last "
    "ORDER BY created DESC, artifact_id DESC LIMIT 1 OFFSET :number - 1"
)
_COUNT_RECENT = (
    "SELECT count(*) FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "AND l.created BETWEEN :start AND :last"
)
_PLACED_BY_NAME_START = (
    "SELECT s.created, s.node FROM cg_search s INDEXED BY cg_search_compact_name WHERE s.compact_name > :name "
    "AND s.compact_name < :name || CAST(x'FF' AS TEXT) AND s.created BETWEEN :first AND :last"
)
_COUNT_NAME_START = f"SELECT count(*) FROM ({_PLACED_BY_NAME_START} LIMIT :most)"


def find(
    connection: sqlite3.Connection, selection: Selection, limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """The rows on a page, in order, and the cursor of the next one."""
    query = selection.query
    reader = Reader(connection, query, selection)
    tier, created, artifact_id = cursors.read(cursor, int, int, str) if cursor is not None else (0, None, "")
    found: list[tuple[int, Row]] = []
    for at in range(tier, _TIERS if query.words else 1):
        after = (created, artifact_id) if at == tier and created is not None else None
        streams = [_matching(connection, reader.conditions(part, at), after) for part in query.any_of]
        rows = (next(same) for _, same in groupby(_merged(streams), key=_place))
        found += [(at, row) for row in islice(rows, limit + 1 - len(found))]
        if len(found) > limit:
            last_tier, last = found[limit - 1]
            cursor = cursors.written(last_tier, last.created, last.artifact_id)
            return [row for _, row in found[:limit]], cursor
    return [row for _, row in found], None


def with_content(connection: sqlite3.Connection, content_hash: str) -> list[Place]:
    """When the artifacts with this content hash were created, and their ids, the oldest first."""
    # As JSON, since not every text that may be asked for is one that SQLite takes.
    return connection.execute(_WITH_CONTENT, (json.dumps([content_hash]),)).fetchall()


def _matching(connection: sqlite3.Connection, conditions: Conditions, after: Place | None) -> Iterator[Row]:
    """What meets the conditions, newest first."""
    if not conditions.can_hold:
        return
    if after is not None:
        conditions.created_to = min(conditions.created_to, after[0])
    candidates = _Candidates(connection, conditions).rows()
    size = _CHUNK
    while chunk := list(islice(candidates, size)):
        yield from conditions.met_by([row for row in chunk if after is None or _place(row) < after])
        size = min(2 * size, _LARGEST_CHUNK)


class _Candidates:
    """Rows among which are all that meet the conditions, newest first, each once."""

    def __init__(self, connection: sqlite3.Connection, conditions: Conditions) -> None:
        self._connection = connection
        self._conditions = conditions

    def rows(self) -> Iterator[RawRow]:
        """The rows."""
        given = self._conditions
        if given.field is not None:
            return self._in_order(self._placed(_PLACED_BY_FIELD[given.field.name], value=given.field.value))
        if given.name is not None:
            return self._read(_BY_NAME, name=given.name)
        few = self._few()
        if few is not None:
            return self._in_order(few)
        streams = [labels.few for labels in given.wanted if labels.few is not None and len(labels.few) <= FEW_LABELS]
        if streams:
            return _merged(self._labelled_with(*self._rarest_first(streams)))
        return self._walk()

    def _rarest_first(self, sets: list[frozenset[int]]) -> list[frozenset[int]]:
        """These sets of labels, by how many of the newest artifacts have any of them."""
        if len(sets) == 1:
            return sets
        place = self._place_at(RECENT)
        start = place[0] if place else self._conditions.created_from
        return sorted(sets, key=lambda n: self._count(_COUNT_RECENT, labels=json.dumps(list(n)), start=start))

    def _labelled_with(self, leading: frozenset[int], *others: frozenset[int]) -> list[Iterator[RawRow]]:
        """The artifacts of each leading label that also have the next label which all must have, if there is one."""
        for other in others:
            if len(other) == 1:
                [also] = other
                return [self._read(_BY_TWO_LABELS, label=number, also=also) for number in leading]
        return [self._read(_BY_LABEL, label=number) for number in leading]

    def _few(self) -> list[tuple[int, int]] | None:
        """The artifacts of the condition that the fewest meet, where they are few enough to be sorted."""
        given = self._conditions
        if given.name_start is not None:
            start = {"name": given.name_start}
            if self._count(_COUNT_NAME_START, **start, most=FEW_ARTIFACTS + 1) <= FEW_ARTIFACTS:
                return self._placed(_PLACED_BY_NAME_START, **start)
        if len(given.wanted) == 1 and given.wanted[0].few is not None and len(given.wanted[0].few) == 1:
            return None
        sets = [labels.few for labels in given.wanted if labels.few is not None and len(labels.few) <= FEW_ARTIFACTS]
        sizes = [(self._size(numbers), numbers) for numbers in sets]
        size, best = min(sizes, key=lambda pair: pair[0], default=(FEW_ARTIFACTS + 1, frozenset()))
        return self._labelled(best) if size <= FEW_ARTIFACTS else None

    def _size(self, numbers: frozenset[int]) -> int:
        """How many artifacts have one of these labels, counted up to a little more than few."""
        return self._count(_COUNT_LABELLED, labels=json.dumps(list(numbers)), most=FEW_ARTIFACTS + 1)

    def _labelled(self, numbers: Collection[int]) -> list[tuple[int, int]]:
        return self._placed(_PLACED_BY_LABELS, labels=json.dumps(list(numbers)))

    def _walk(self) -> Iterator[RawRow]:
        everything = self._read(_EVERYTHING)
        return chain(islice(everything, WALK), self._behind_walk()) if self._conditions.wanted else everything

    def _behind_walk(self) -> Iterator[RawRow]:
        """What has the labels of the leading condition behind what was walked through."""
        last = self._place_at(WALK)
        if last is not None:
            self._conditions.created_to = last[0]
            labels = self._conditions.wanted[0]
            numbers = labels.few if labels.few is not None else labels.listed()
            yield from (row for row in self._in_order(self._labelled(numbers)) if _place(row) < last)

    def _place_at(self, number: int) -> Place | None:
        """The place of the so many-th newest of all."""
        found: Place | None = self._connection.execute(_PLACE_AT, self._parameters({"number": number})).fetchone()
        return found

    def _in_order(self, placed: list[tuple[int, int]]) -> Iterator[RawRow]:
        """The rows of these nodes, each given with when it was created; those created together at once."""
        placed = sorted(set(placed), reverse=True)
        start = 0
        while start < len(placed):
            end = min(start + _CHUNK, len(placed))
            while end < len(placed) and placed[end][0] == placed[end - 1][0]:
                end += 1
            rows = list(self._read(_BY_NODE, nodes=json.dumps([node for _, node in placed[start:end]])))
            yield from sorted(rows, key=_place, reverse=True)
            start = end

    def _count(self, statement: str, **given: object) -> int:
        return int(self._connection.execute(statement, self._parameters(given)).fetchone()[0])

    def _placed(self, statement: str, **given: object) -> list[tuple[int, int]]:
        return self._connection.execute(statement, self._parameters(given)).fetchall()

    def _read(self, statement: str, **given: object) -> Iterator[RawRow]:
        return self._connection.execute(statement, self._parameters(given))

    def _parameters(self, given: dict[str, object]) -> dict[str, object]:
        return {"first": self._conditions.created_from, "last": self._conditions.created_to, **given}


def _merged(streams: list[Iterator[T]]) -> Iterator[T]:
    return streams[0] if len(streams) == 1 else merge(*streams, key=_place, reverse=True)
