"""Upstream, downstream, impact: one query walks, sorts or counts, and returns columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, compress
from typing import Any, NamedTuple, cast

from neo4j import Record

from catalog_graph.answers.facts import Counts, tag_counts, tag_prefixes
from catalog_graph.backends import cursors
from catalog_graph.backends.neo4j.search.conditions import conjunctions
from catalog_graph.backends.neo4j.search.examined import conditions_in_lineage
from catalog_graph.backends.neo4j.search.lucene import conjunction, phrase, span
from catalog_graph.backends.neo4j.store.bolt import Bolt
from catalog_graph.backends.neo4j.store.records import cards, exact_term, sort_id
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.lineage import Card, Columns, Lineage, Size, StoppedBy, Traversal
from catalog_graph.query.metadata import MAX_EXAMINED
from catalog_graph.query.text import SEPARATOR
from catalog_graph.query.tree import Conjunction, Query

_COUNTS = {"upstream": "lineage/ancestry", "downstream": "lineage/impact"}
_NO_DEPTH = 2**62
_PRESENT = 2**62
_MANY = 50_000
"""Maximum candidates of the full-text index; with more, checking each artifact of the closure is as quick."""
Position = tuple[int, str, str]
"""Depth and id of the last node of a page, and the mark of the whole closure."""


class Edges(NamedTuple):
    """Edges as positions: the root, the nodes of the page, then ids of earlier pages."""

    children: list[int]
    parents: list[int]
    earlier: list[str]


def traverse(bolt: Bolt, artifact_id: str, traversal: Traversal) -> Lineage:
    """Return a page of the closure; raise `NotFound` if the artifact is unknown."""
    after = position(traversal)
    depth = traversal.depth
    row = _run(
        bolt,
        f"lineage/{traversal.direction}",
        artifact_id,
        traversal,
        # One hop more than the depth shows whether anything lies deeper.
        reach=None if depth is None else depth + 1,
        depth=_NO_DEPTH if depth is None else depth,
        limit=traversal.limit,
        after_depth=after[0] if after else 0,
        after_id=sort_id(after[1]) if after else "",
        **_choice(bolt, artifact_id, traversal),
    )
    return _lineage(row, traversal, after)


def count(bolt: Bolt, artifact_id: str, traversal: Traversal, tag_keys: Sequence[str]) -> Counts:
    """Count what lies in a direction; raise `NotFound` if the artifact is unknown."""
    name, ends = _COUNTS[traversal.direction], _ends(bolt, artifact_id, traversal)
    row = _run(bolt, name, artifact_id, traversal, tag_prefixes=tag_prefixes(tag_keys), **ends)
    return counts_of(row["kinds"], row["depths"], tag_counts(tag_keys, map(tuple, row["tags"])))


def counts_of(
    kinds: Sequence[tuple[str, int]], depths: Iterable[tuple[int, int]], tags: dict[str, Counter[str]]
) -> Counts:
    """Return the counts, from the numbers of artifacts of each kind, or of each state of those not registered."""
    registered = [(*kind.partition(SEPARATOR)[::2], artifacts) for kind, artifacts in kinds if SEPARATOR in kind]
    gone = {state: artifacts for state, artifacts in kinds if SEPARATOR not in state}
    return Counts.of(registered, depths, tags, gone)


def shortest(bolt: Bolt, source: str, target: str) -> list[Card]:
    """Return one of the shortest paths, from the target to the source; empty if there is none."""
    if source == target:
        return []
    rows = bolt.read("lineage/shortest", source=source, target=target)
    return cards(rows[0]["cards"], list(range(len(rows[0]["cards"])))).cards() if rows else []


def indexed(query: Query) -> tuple[str, ...]:
    """Return the full-text queries that find together what a query selects; none if the index alone cannot tell."""
    return tuple(_candidates(query)) if all(map(_is_exact, query.any_of)) else ()


def indexed_ids(bolt: Bolt, lucene: Sequence[str], among: Iterable[str] | None = None) -> list[str] | None:
    """Return the ids of the artifacts that any of some full-text queries finds, of all or `among` some.

    Return `None` if there are too many.
    """
    if among is not None:
        own_terms = " OR ".join(phrase(exact_term("artifact_id", each)) for each in among)
        lucene = [f"({each}) AND ({own_terms})" for each in lucene]
    [row] = bolt.read("search/ids", lucene=list(lucene), cap=_MANY)
    return None if any(len(ids) == _MANY for ids in row["ids"]) else list(dict.fromkeys(chain(*row["ids"])))


def _run(bolt: Bolt, name: str, artifact_id: str, traversal: Traversal, **values: Any) -> Record:
    """Run a query, or its slower variant for a part of the closure or another graph; return its only row."""
    query = traversal.query
    any_of = None if query is None else _conditions(bolt, artifact_id, traversal, query)
    return _row(bolt, name, artifact_id, traversal, query, any_of, **values)


def _conditions(bolt: Bolt, artifact_id: str, traversal: Traversal, query: Query) -> list[dict[str, Any]]:
    """Return the conjunctions of a query; metadata that no index has is read of all that may match in the closure."""
    if not query.examines_metadata:
        return conjunctions(query)
    every = {"reach": None, "depth": _NO_DEPTH, "after_depth": 0, "after_id": "", "registered": False}
    listed, indexed = f"lineage/{traversal.direction}", query.without_metadata()
    ends: dict[str, Any] = {"until": []} if traversal.alters_graph else {}
    values = {**every, **ends, "limit": MAX_EXAMINED + 1}
    row = _row(bolt, listed, artifact_id, traversal, indexed, conjunctions(indexed), **values)
    ids = cards(row["cards"], row["depths"]).artifact_id
    return conditions_in_lineage(bolt, query, ids)


def _row(
    bolt: Bolt,
    name: str,
    artifact_id: str,
    traversal: Traversal,
    query: Query | None,
    any_of: list[dict[str, Any]] | None,
    **values: Any,
) -> Record:
    if _is_part(traversal):
        name += "_as_of" if traversal.alters_graph else "_where"
        values["any_of"] = any_of
        values["lucene"] = [] if query is None else _candidates(query)
        values["cap"] = _MANY
        values["exact"] = query is not None and all(map(_is_exact, query.any_of))
    if traversal.alters_graph:
        values["at"] = _PRESENT if traversal.as_of is None else traversal.as_of
        values["without"] = list(traversal.without)
    rows = bolt.read(name, id=artifact_id, **values)
    if not rows:
        raise unknown_artifact(artifact_id, traversal.as_of)
    return rows[0]


def _is_part(traversal: Traversal) -> bool:
    """Tell whether the traversal selects a part of the closure, or walks another graph than the present one."""
    return traversal.query is not None or traversal.alters_graph or traversal.lists_registered


def _choice(bolt: Bolt, artifact_id: str, traversal: Traversal) -> dict[str, Any]:
    """Return the parameters that only the query of a part has, or only that of a whole closure."""
    if not _is_part(traversal):
        return {"known": traversal.known_size is not None}
    return {"registered": traversal.lists_registered, **_ends(bolt, artifact_id, traversal)}


def _ends(bolt: Bolt, artifact_id: str, traversal: Traversal) -> dict[str, Any]:
    """Return the parameter that only the queries of another graph than the present one have."""
    if not traversal.alters_graph:
        return {}
    ends = traversal.ends
    return {"until": [] if ends is None else _conditions(bolt, artifact_id, traversal, ends)}


def _is_exact(part: Conjunction) -> bool:
    """Tell whether the full-text index decides the conjunction alone: only terms and ranges."""
    return part == Conjunction(has=part.has, ranges=part.ranges)


def _candidates(query: Query) -> list[str]:
    """Return the full-text queries whose hits include all that the query selects, or none if there are no such queries.

    Only registered artifacts are indexed; the others have no terms to select.
    """
    if not all(part.has or part.ranges for part in query.any_of):
        return []
    spans = ([span(r.low, r.high) for r in part.ranges] for part in query.any_of)
    return [conjunction([*map(phrase, part.has), *ranges]) for part, ranges in zip(query.any_of, spans, strict=True)]


def _lineage(row: Record, traversal: Traversal, after: Position | None) -> Lineage:
    present = traversal.as_of is None
    columns = cards(row["cards"], row["depths"], row.get("states"), with_aliases=present)
    root_state = row.get("root_state")
    [root] = cards([row["card"]], [0], root_state and [root_state], with_aliases=present).cards()
    if row.get("counted", True):
        size = Size(row["total"], row["depth_sum"])
    else:
        full = len(columns) == traversal.limit
        size = traversal.known_size() if traversal.known_size and full else Size(len(columns), sum(columns.depth))
    return page(traversal, after, root, columns, _edges(row), size, start=row["start"], deeper=bool(row["deeper"]))


def page(
    traversal: Traversal,
    after: Position | None,
    root: Card,
    columns: Columns,
    edges: Edges,
    size: Size,
    *,
    start: int,
    deeper: bool,
) -> Lineage:
    """Return a page behind `start` nodes, with the cursor of the next one; `deeper`: there is more below the depth."""
    stopped_by: StoppedBy | None = None
    cursor = None
    if start + len(columns) < size.total:
        stopped_by = "limit"
        cursor = traversal.cursor_at(cursors.encode(columns.depth[-1], columns.artifact_id[-1], size.mark))
    elif deeper:
        stopped_by = "depth"
    return Lineage(
        root=root,
        direction=traversal.direction,
        columns=columns,
        edge_children=edges.children,
        edge_parents=edges.parents,
        total=size.total,
        stopped_by=stopped_by,
        cursor=cursor,
        earlier=edges.earlier,
        changed=after is not None and after[2] != size.mark,
    )


def _edges(row: Record) -> Edges:
    numbers: list[int] = [row["root"], *row["numbers"]]
    at = dict(zip(numbers, range(len(numbers)), strict=True))
    earlier: list[str] = []
    for number, artifact_id in row["earlier"]:
        if number not in at:
            at[number] = len(at)
            earlier.append(artifact_id)
    children: list[int] = list(map(at.__getitem__, row["children"]))
    parents: list[int | None] = list(map(at.get, row["parents"]))
    # Edges to parents on later pages are left out.
    inside = [parent is not None for parent in parents] if None in parents else []
    if inside:
        children, parents = list(compress(children, inside)), list(compress(parents, inside))
    return Edges(children, cast("list[int]", parents), earlier)


def position(traversal: Traversal) -> Position | None:
    """Return the position behind which the page begins; `None` for the first page. Raises `InvalidInput`."""
    if traversal.position is None:
        return None
    depth, artifact_id, mark = cursors.decode(traversal.position, int, str, str)
    return depth, artifact_id, mark
