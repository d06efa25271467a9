"""Pages of a lineage at any depth: the closure by node numbers, ids and cards only for what a page lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import Any

from catalog_graph.backends import cursors
from catalog_graph.backends.local.lineage.as_of import card_columns, existed
from catalog_graph.backends.local.lineage.card_aliases import aliases_on
from catalog_graph.backends.local.lineage.closure import Closure, closure_of
from catalog_graph.backends.local.lineage.counting import registered_levels
from catalog_graph.backends.local.lineage.graph import STATES
from catalog_graph.backends.local.lineage.memory import LineageMemory
from catalog_graph.backends.local.lineage.where import WhereFilter
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.lineage import Card, Columns, Lineage, Traversal

_IDS = (
    "SELECT n.node, n.artifact_id FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value ORDER BY n.artifact_id"
)


def lineage(connection: sqlite3.Connection, artifact_id: str, traversal: Traversal, memory: LineageMemory) -> Lineage:
    """Return a page of a lineage; raise `NotFound`, and `InvalidInput` if the cursor is malformed."""
    return _lineage(connection, *selected_closure(connection, artifact_id, traversal, memory), traversal, memory)


def lineages(
    connection: sqlite3.Connection, artifact_id: str, traversals: Sequence[Traversal], memory: LineageMemory
) -> list[Lineage]:
    """Return the first page of each traversal; they share one closure and may differ in `limit` and texts alone.

    Raise `NotFound`.
    """
    everything = replace(traversals[0], where="", and_where="")
    whole, root = selected_closure(connection, artifact_id, everything, memory)
    where = WhereFilter(connection, whole.levels[1:])
    pages = []
    for traversal in traversals:
        levels = whole.levels[1:] if traversal.query is None else where.levels(traversal.query)
        closure = replace(whole, levels=[whole.levels[0], *levels])
        pages.append(_lineage(connection, closure, root, traversal, memory))
    return pages


def selected_closure(
    connection: sqlite3.Connection, artifact_id: str, traversal: Traversal, memory: LineageMemory
) -> tuple[Closure, Card]:
    """Return the closure of an artifact, with only those nodes that the `where` chooses, and the card of the root.

    Raise `NotFound`.
    """
    root = connection.execute(
        f"SELECT n.node, {card_columns(traversal)} FROM cg_node n WHERE n.artifact_id = :id",
        {"id": artifact_id, "at": traversal.as_of},
    ).fetchone()
    if root is None or not existed(connection, root[0], traversal):
        raise unknown_artifact(artifact_id, traversal.as_of)
    closure = closure_of(connection, root[0], traversal, memory)
    if traversal.query is not None:
        closure.levels[1:] = WhereFilter(connection, closure.levels[1:]).levels(traversal.query)
    if traversal.lists_registered:
        closure.levels[1:] = registered_levels(connection, closure.levels[1:], traversal)
    artifact_id, name, artifact_type, version, created_at, state = root[1:]
    return closure, Card(artifact_id, name, artifact_type, version, created_at, 0, STATES[state])


def _lineage(
    connection: sqlite3.Connection, closure: Closure, root: Card, traversal: Traversal, memory: LineageMemory
) -> Lineage:
    """Return the page of a closure at the cursor of the traversal."""
    cursor, direction = traversal.position, traversal.direction
    after_depth, after_id, first_mark = cursors.decode(cursor, int, str, str) if cursor is not None else (0, "", None)
    page = _page(connection, closure, after_depth, after_id, traversal, memory)
    if traversal.as_of is None:
        aliases = aliases_on(connection, [*closure.levels[0], *page.nodes])
        root = root._replace(aliases=aliases.pop(root.artifact_id, ()))
        page.columns.aliases = aliases
    # The edges of an end may lead over several levels.
    first_level = 0 if traversal.ends is not None else page.first_depth - 1
    starts, ends, earlier = _edges_of_page(connection, closure, page, (after_depth, after_id), first_level)
    mark = closure.mark
    answer = Lineage(
        root=root,
        direction=direction,
        columns=page.columns,
        edge_children=starts if direction == "upstream" else ends,
        edge_parents=ends if direction == "upstream" else starts,
        earlier=earlier,
        total=closure.total,
        changed=first_mark not in (None, mark),
    )
    if page.cut:
        answer.stopped_by = "limit"
        position = cursors.encode(page.columns.depth[-1], page.columns.artifact_id[-1], first_mark or mark)
        answer.cursor = traversal.cursor_at(position)
    elif closure.deeper:
        answer.stopped_by = "depth"
    return answer


@dataclass(slots=True)
class _Page:
    columns: Columns
    nodes: list[int]
    first_depth: int
    last_depth: int
    cut: bool
    """True if the limit left something out."""


def _page(
    connection: sqlite3.Connection,
    closure: Closure,
    after_depth: int,
    after_id: str,
    traversal: Traversal,
    memory: LineageMemory,
) -> _Page:
    page = _Page(Columns(), [], max(after_depth, 1), max(after_depth, 1), False)
    columns = page.columns
    for depth in range(page.first_depth, len(closure.levels)):
        room = traversal.limit - len(page.nodes)
        after = after_id if depth == after_depth else ""
        rows = _rows(connection, closure.levels[depth], after, room + 1, traversal, memory)
        page.cut = len(rows) > room
        if page.cut:
            rows.pop()
        if rows:
            page.last_depth = depth
            _extend(columns, page.nodes, rows, depth)
        if page.cut:
            break
    return page


def _rows(
    connection: sqlite3.Connection,
    level: list[int],
    after: str,
    limit: int,
    traversal: Traversal,
    memory: LineageMemory,
) -> list[Any]:
    """Return the first `limit` nodes of a level whose ids follow `after`, by id, with their cards."""
    few = len(level) <= limit
    if traversal.as_of is None and (few or memory.has_cards(level)):
        rows = memory.cards(level)
        if after:
            rows = [row for row in rows if row[0] > after]
    else:
        order = "" if few else "ORDER BY n.artifact_id LIMIT :limit"
        values = {"nodes": json.dumps(level), "after": after, "limit": limit, "at": traversal.as_of}
        statement = (
            f"SELECT {card_columns(traversal)}, n.node FROM json_each(:nodes) j "
            f"CROSS JOIN cg_node n ON n.node = j.value WHERE n.artifact_id > :after {order}"
        )
        rows = connection.execute(statement, values).fetchall()
    # SQLite sorts whole rows, which it copies twice; Python sorts references, in half the time.
    rows.sort(key=itemgetter(0))
    return rows[:limit]


def _extend(columns: Columns, nodes: list[int], rows: list[Any], depth: int) -> None:
    ids, names, types, versions, instants, states, numbers = zip(*rows, strict=True)
    columns.artifact_id += ids
    columns.name += names
    columns.artifact_type += types
    columns.version += versions
    columns.created_at += instants
    columns.depth += [depth] * len(rows)
    columns.state += map(STATES.__getitem__, states)
    nodes += numbers


def _edges_of_page(
    connection: sqlite3.Connection, closure: Closure, page: _Page, after: tuple[int, str], first_level: int
) -> tuple[list[int], list[int], list[str]]:
    """Return the edges whose later end is on the page: positions of starts and of ends, and the earlier ids among them.

    The start of an edge is usually at most one level nearer to the root than its end, so the levels of the page and the
    one before them, `first_level`, have all these edges.
    """
    [root] = closure.levels[0]
    levels = closure.edges[first_level : page.last_depth + 1]
    starts = list(chain.from_iterable(starts for starts, _ in levels))
    ends = list(chain.from_iterable(ends for _, ends in levels))
    earlier: dict[int, str] = {}
    if after != (0, ""):
        on_page = set(page.nodes)
        edges = [edge for edge in zip(starts, ends, strict=True) if edge[0] in on_page or edge[1] in on_page]
        starts, ends = [start for start, _ in edges], [end for _, end in edges]
        outside = {node for edge in edges for node in edge} - on_page
        earlier = _on_earlier_pages(connection, closure, outside - {root}, page, after)
    start_positions, end_positions = _positions([root, *page.nodes, *earlier], starts, ends)
    return start_positions, end_positions, list(earlier.values())


def _positions(nodes: list[int], starts: list[int], ends: list[int]) -> tuple[list[int], list[int]]:
    """Return edges as positions in `nodes`, without the edges that have an end elsewhere."""
    # Compiled loops over a list instead of a dict save a tenth of the time of a large closure.
    position: list[Any] = [None] * (1 + max(max(numbers, default=0) for numbers in (starts, ends, nodes)))
    for at, node in enumerate(nodes):
        position[node] = at
    start_positions = list(map(position.__getitem__, starts))
    end_positions = list(map(position.__getitem__, ends))
    if None in start_positions or None in end_positions:
        pairs = zip(start_positions, end_positions, strict=True)
        inside = [(start, end) for start, end in pairs if start is not None and end is not None]
        return [start for start, _ in inside], [end for _, end in inside]
    return start_positions, end_positions


def _on_earlier_pages(
    connection: sqlite3.Connection, closure: Closure, nodes: set[int], page: _Page, after: tuple[int, str]
) -> dict[int, str]:
    """Return those of `nodes` that earlier pages have listed, with their ids."""
    nearer = {n for level in closure.levels[1 : page.first_depth] for n in level}
    first_level = set(closure.levels[page.first_depth]) if page.first_depth < len(closure.levels) else set()
    rows = connection.execute(_IDS, (json.dumps(list(nodes & (nearer | first_level))),))
    return {n: i for n, i in rows if n in nearer or (n in first_level and (page.first_depth, i) <= after)}
