"""Lists and searches: candidates straight from an index in the order of the answer, until a page is full.

The condition that the fewest artifacts meet leads. Where its labels are few, the artifacts of each are
read newest first and merged; where its artifacts are few, they are sorted; where both are many, so are
the matches, and everything is walked through newest first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from heapq import merge
from itertools import groupby, islice

from catalog_graph.backends.local import cursors
from catalog_graph.backends.local.conditions import Conditions, Labels, Row, Vocabulary
from catalog_graph.query.tree import Query, Selection

FEW_LABELS = 16
FEW_ARTIFACTS = 2000
_TIERS = 4

_ROW = "SELECT s.created, s.artifact_id, s.node, s.compact_name, s.labels, s.text FROM"
_NEWEST_FIRST = "ORDER BY s.created DESC, s.artifact_id DESC"
_EVERYTHING = f"{_ROW} cg_search s WHERE s.created BETWEEN :first AND :last {_NEWEST_FIRST}"
_BY_LABEL = (
    f"{_ROW} cg_labelled l CROSS JOIN cg_search s ON s.node = l.node "
    "WHERE l.label = :label AND l.created BETWEEN :first AND :last ORDER BY l.created DESC, s.artifact_id DESC"
)
_BY_LABELS = (
    f"{_ROW} (SELECT DISTINCT l.node FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "WHERE l.created BETWEEN :first AND :last) f "
    f"CROSS JOIN cg_search s ON s.node = f.node {_NEWEST_FIRST}"
)
_BY_ID = f"{_ROW} cg_search s WHERE s.node = (SELECT node FROM cg_node WHERE artifact_id = :id)"
_BY_NAME = (
    f"{_ROW} cg_search s WHERE s.compact_name = :name AND s.created BETWEEN :first AND :last "
    "ORDER BY s.created DESC, s.artifact_id DESC"
)
_IN_NAME_RANGE = "cg_search s WHERE s.compact_name > :name AND s.compact_name < :name || CAST(x'FF' AS TEXT)"
_BY_NAME_START = f"{_ROW} {_IN_NAME_RANGE} AND s.created BETWEEN :first AND :last {_NEWEST_FIRST}"
_COUNT_NAME_START = f"SELECT count(*) FROM (SELECT 1 FROM {_IN_NAME_RANGE} LIMIT :most)"
_COUNT_LABELS = (
    "SELECT count(*) FROM (SELECT 1 FROM json_each(:labels) j CROSS JOIN cg_labelled l ON l.label = j.value "
    "LIMIT :most)"
)


def find(
    connection: sqlite3.Connection, selection: Selection, limit: int, cursor: str | None
) -> tuple[list[int], str | None]:
    """The nodes on a page, in order, and the cursor of the next one."""
    query = selection.query
    tier, created, artifact_id = cursors.read(cursor, int, int, str) if cursor is not None else (0, None, "")
    vocabulary = Vocabulary(connection)
    found: list[tuple[int, Row]] = []
    for at in range(tier, _TIERS if query.words else 1):
        after = (created, artifact_id) if at == tier and created is not None else None
        rows = _tier(connection, vocabulary, query, selection, at, after)
        found += [(at, row) for row in islice(rows, limit + 1 - len(found))]
        if len(found) > limit:
            last_tier, last = found[limit - 1]
            cursor = cursors.written(last_tier, last.created, last.artifact_id)
            return [row.node for _, row in found[:limit]], cursor
    return [row.node for _, row in found], None


def _tier(
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    query: Query,
    selection: Selection,
    tier: int,
    after: tuple[int, str] | None,
) -> Iterator[Row]:
    """What matches in one tier, each once, newest first."""
    streams = []
    for conjunction in query.any_of:
        conditions = vocabulary.add_tier(vocabulary.conditions(conjunction, selection), query, tier)
        if after is not None:
            conditions.created_to = min(conditions.created_to, after[0])
        if all(labels.numbers for labels in conditions.wanted):
            streams.append(_matching(connection, conditions, after))
    for _, same in groupby(_merged(streams), key=_place):
        yield next(same)


def _matching(connection: sqlite3.Connection, conditions: Conditions, after: tuple[int, str] | None) -> Iterator[Row]:
    for row in _candidates(connection, conditions):
        if (after is None or _place(row) < after) and conditions.hold(row):
            yield row


def _candidates(connection: sqlite3.Connection, conditions: Conditions) -> Iterator[Row]:
    """Rows newest first, among which are all that meet the conditions."""

    def rows(statement: str, **given: object) -> Iterator[Row]:
        within = {"first": conditions.created_from, "last": conditions.created_to}
        return map(Row._make, connection.execute(statement, {**within, **given}))

    if conditions.artifact_id is not None:
        return rows(_BY_ID, id=conditions.artifact_id)
    if conditions.name is not None:
        return rows(_BY_NAME, name=conditions.name)
    if conditions.name_start is not None and _is_rare_start(connection, conditions.name_start):
        return rows(_BY_NAME_START, name=conditions.name_start)
    leading, artifacts = _leading(connection, conditions.wanted)
    if leading is None:
        return rows(_EVERYTHING)
    if artifacts <= FEW_ARTIFACTS and len(leading.numbers) > 1:
        return rows(_BY_LABELS, labels=json.dumps(list(leading.numbers)))
    return _merged([rows(_BY_LABEL, label=number) for number in leading.numbers])


def _leading(connection: sqlite3.Connection, wanted: list[Labels]) -> tuple[Labels | None, int]:
    """The condition to begin with and how many artifacts have its labels, counted up to a limit."""
    best: tuple[Labels | None, int] = (None, FEW_ARTIFACTS + 1)
    for labels in wanted:
        if len(labels.numbers) > FEW_ARTIFACTS:
            continue
        parameters = {"labels": json.dumps(list(labels.numbers)), "most": FEW_ARTIFACTS + 1}
        artifacts = connection.execute(_COUNT_LABELS, parameters).fetchone()[0]
        usable = artifacts <= FEW_ARTIFACTS or len(labels.numbers) <= FEW_LABELS
        if usable and (best[0] is None or artifacts < best[1]):
            best = (labels, artifacts)
    return best


def _is_rare_start(connection: sqlite3.Connection, start: str) -> bool:
    most = FEW_ARTIFACTS + 1
    return bool(connection.execute(_COUNT_NAME_START, {"name": start, "most": most}).fetchone()[0] < most)


def _merged(streams: list[Iterator[Row]]) -> Iterator[Row]:
    return streams[0] if len(streams) == 1 else merge(*streams, key=_place, reverse=True)


def _place(row: Row) -> tuple[int, str]:
    return row.created, row.artifact_id


def oldest(connection: sqlite3.Connection, label: int) -> int | None:
    """The oldest artifact that has this label (by `created_at`, then id)."""
    row = connection.execute(
        "SELECT s.node FROM cg_labelled l CROSS JOIN cg_search s ON s.node = l.node WHERE l.label = ? "
        "ORDER BY l.created, s.artifact_id LIMIT 1",
        (label,),
    ).fetchone()
    return None if row is None else int(row[0])
