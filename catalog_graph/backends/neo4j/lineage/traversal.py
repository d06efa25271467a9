"""Upstream, downstream, impact: one query walks, sorts or counts, and answers in columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any, cast

from neo4j import Record

from catalog_graph.answers.facts import Counts, tag_counts, tag_prefixes
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j.search.finding import any_of
from catalog_graph.backends.neo4j.search.lucene import conjunction, phrase, span
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import cards, sort_id
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.lineage import Card, Lineage, Size, StoppedBy, Traversal
from catalog_graph.query.text import SEPARATOR
from catalog_graph.query.tree import Conjunction, Query

_NO_DEPTH = 2**62
_PRESENT = 2**62
_MANY = 50_000
"""With so many candidates, looking at each artifact of the closure is as quick."""
Place = tuple[int, str, str]
"""Depth and id of the last node of a page, and the fingerprint of the whole."""


def traverse(bolt: Bolt, artifact_id: str, asked: Traversal) -> Lineage:
    """A page of the closure; raises `NotFound`."""
    after = _place(asked.position) if asked.position is not None else None
    depth = asked.depth
    row = _asked(
        bolt,
        f"lineage/{asked.direction}",
        artifact_id,
        asked,
        # One hop more than asked for tells whether anything lies deeper.
        reach=None if depth is None else depth + 1,
        depth=_NO_DEPTH if depth is None else depth,
        limit=asked.limit,
        after_depth=after[0] if after else 0,
        after_id=sort_id(after[1]) if after else "",
        **({"registered": asked.lists_registered} if _is_part(asked) else {"known": asked.known_size is not None}),
    )
    return _lineage(row, asked, after)


def count(bolt: Bolt, artifact_id: str, asked: Traversal, tag_keys: Sequence[str]) -> Counts:
    """What is downstream, counted; raises `NotFound`."""
    row = _asked(bolt, "lineage/impact", artifact_id, asked, tag_prefixes=tag_prefixes(tag_keys))
    kinds = [(*kind.partition(SEPARATOR)[::2], artifacts) for kind, artifacts in row["kinds"] if SEPARATOR in kind]
    gone = {state: artifacts for state, artifacts in row["kinds"] if SEPARATOR not in state}
    return Counts.of(kinds, row["depths"], tag_counts(tag_keys, map(tuple, row["tags"])), gone)


def shortest(bolt: Bolt, source: str, target: str) -> list[Card]:
    """One of the shortest ways, from the target (first) to the source; empty where there is none."""
    if source == target:
        return []
    rows = bolt.read("lineage/shortest", source=source, target=target)
    return cards(rows[0]["cards"], list(range(len(rows[0]["cards"])))).cards() if rows else []


def _asked(bolt: Bolt, name: str, artifact_id: str, asked: Traversal, **values: Any) -> Record:
    """The row that a query answers, or the slower one that lists a part or supposes another graph than that of now."""
    query = asked.query
    if _is_part(asked):
        name += "_as_of" if asked.alters_graph else "_where"
        values["any_of"] = None if query is None else any_of(query)
        values["lucene"] = [] if query is None else _candidates(query)
        values["cap"] = _MANY
        values["exact"] = query is not None and all(map(_is_exact, query.any_of))
    if asked.alters_graph:
        values["at"] = _PRESENT if asked.as_of is None else asked.as_of
        values["without"] = list(asked.without)
    rows = bolt.read(name, id=artifact_id, **values)
    if not rows:
        raise unknown_artifact(artifact_id, asked.as_of)
    return rows[0]


def _is_part(asked: Traversal) -> bool:
    """Whether more is asked than for all of the present graph."""
    return asked.query is not None or asked.alters_graph or asked.lists_registered


def _is_exact(part: Conjunction) -> bool:
    """Whether the full-text index tells all that this asks for: terms and ranges that an artifact has."""
    return part == Conjunction(has=part.has, ranges=part.ranges)


def _candidates(query: Query) -> list[str]:
    """What the full-text index is asked for; nothing, where that would miss some of what the query chooses.

    Artifacts that are not registered stand in no index, and have no terms that a query could ask for.
    """
    if not all(part.has or part.ranges for part in query.any_of):
        return []
    spans = ([span(r.low, r.high) for r in part.ranges] for part in query.any_of)
    return [conjunction([*map(phrase, part.has), *found]) for part, found in zip(query.any_of, spans, strict=True)]


def _lineage(row: Record, asked: Traversal, after: Place | None) -> Lineage:
    columns = cards(row["cards"], row["depths"], row.get("states"))
    root_state = row.get("root_state")
    [root] = cards([row["card"]], [0], root_state and [root_state]).cards()
    if row.get("counted", True):
        size = Size(row["total"], row["depth_sum"])
    else:
        full = len(columns) == asked.limit
        size = asked.known_size() if asked.known_size and full else Size(len(columns), sum(columns.depth))
    mark = size.mark
    stopped_by: StoppedBy | None = None
    cursor = None
    if row["start"] + len(columns) < size.total:
        stopped_by = "limit"
        cursor = asked.cursor_at(cursors.encode(columns.depth[-1], columns.artifact_id[-1], mark))
    elif row["deeper"]:
        stopped_by = "depth"
    children, parents, earlier = _edges(row)
    return Lineage(
        root=root,
        direction=asked.direction,
        columns=columns,
        edge_children=children,
        edge_parents=parents,
        total=size.total,
        stopped_by=stopped_by,
        cursor=cursor,
        earlier=earlier,
        changed=after is not None and after[2] != mark,
    )


def _edges(row: Record) -> tuple[list[int], list[int], list[str]]:
    """Edges as positions: the root, the nodes of the page, then ids of earlier pages."""
    numbers: list[int] = [row["root"], *row["numbers"]]
    at = dict(zip(numbers, range(len(numbers)), strict=True))
    earlier: list[str] = []
    for number, artifact_id in row["earlier"]:
        if number not in at:
            at[number] = len(at)
            earlier.append(artifact_id)
    children: list[int] = list(map(at.__getitem__, row["children"]))
    parents: list[int | None] = list(map(at.get, row["parents"]))
    # The first children of what lies behind this page are on it, their edges are not.
    inside = [parent is not None for parent in parents] if None in parents else []
    if inside:
        children, parents = list(compress(children, inside)), list(compress(parents, inside))
    return children, cast("list[int]", parents), earlier


def _place(cursor: str) -> Place:
    depth, artifact_id, mark = cursors.decode(cursor, int, str, str)
    return depth, artifact_id, mark
