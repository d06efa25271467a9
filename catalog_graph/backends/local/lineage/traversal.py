"""Lineage at any depth: one level after the other, by node numbers; ids and cards only for what is listed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import itemgetter
from typing import Any

from catalog_graph.backends import cursors
from catalog_graph.backends.local.lineage.as_of import card_sql, was_there
from catalog_graph.backends.local.lineage.graph import STATES, nodes_of
from catalog_graph.backends.local.lineage.where import Choice
from catalog_graph.backends.references import not_found
from catalog_graph.lineage import Card, Columns, Direction, Lineage, Size, Traversal

Edge = tuple[int, int]
"""From a node to the next one in the direction of the walk."""
Edges = tuple[list[int], list[int]]
"""Where each edge starts, and where it ends: two lists are read in a quarter less time than a row for each edge."""

_ENDS = {"upstream": ("child", "parent"), "downstream": ("parent", "child")}
_NOW = "SELECT e.child, e.parent FROM json_each(:nodes) j CROSS JOIN cg_edge e ON e.{start} = j.value"
_AT = (
    f"{_NOW} WHERE e.created <= :at UNION "
    "SELECT e.child, e.parent FROM json_each(:nodes) j CROSS JOIN cg_was_edge e ON e.{start} = j.value "
    "WHERE e.created <= :at AND e.removed > :at"
)


@dataclass(slots=True)
class Walk:
    """The levels of a closure: `levels[d]` are the nodes `d` edges from the root, which is `levels[0]`."""

    levels: list[list[int]]
    edges: list[Edges] = field(default_factory=list)
    """By level: what leaves its nodes, whether or not it ends within the walk."""
    goes_on: bool = False
    """Whether something lies deeper than the walk went."""

    @property
    def total(self) -> int:
        """How many nodes there are, the root apart."""
        return sum(map(len, self.levels)) - 1

    @property
    def mark(self) -> str:
        """Tells this closure from another."""
        return Size(self.total, sum(depth * len(level) for depth, level in enumerate(self.levels))).mark


def next_edges(connection: sqlite3.Connection, nodes: list[int], direction: Direction, at: int | None = None) -> Edges:
    """The edges that leave `nodes` in this direction, now or as they were at an instant."""
    start, end = _ENDS[direction]
    edges = (_NOW if at is None else _AT).format(start=start)
    statement = f"SELECT json_group_array({start}), json_group_array({end}) FROM ({edges})"
    starts, ends = connection.execute(statement, {"nodes": json.dumps(nodes), "at": at}).fetchone()
    return json.loads(starts), json.loads(ends)


def walk(connection: sqlite3.Connection, root: int, asked: Traversal) -> Walk:
    """Everything that can be reached from `root` over at most `depth` edges, each node at its least depth."""
    found = Walk([[root]])
    avoided = {node for node, _ in nodes_of(connection, asked.without).values()}
    seen = {root} | avoided
    depth = asked.depth
    while True:
        starts = [] if root in avoided else found.levels[-1]
        edges = next_edges(connection, starts, asked.direction, asked.as_of)
        found.edges.append(edges)
        following = set(edges[1]) - seen
        if not following:
            return found
        if depth is not None and len(found.levels) > depth:
            found.goes_on = True
            return found
        seen |= following
        found.levels.append(list(following))


def walked(connection: sqlite3.Connection, artifact_id: str, asked: Traversal) -> tuple[Walk, Card]:
    """The walk that is asked for, with what is listed of it as its levels, and the root; raises `NotFound`."""
    root = connection.execute(
        f"SELECT n.node, {card_sql(asked)} FROM cg_node n WHERE n.artifact_id = :id",
        {"id": artifact_id, "at": asked.as_of},
    ).fetchone()
    if root is None or not was_there(connection, root[0], asked):
        raise not_found(artifact_id, asked.as_of)
    found = walk(connection, root[0], asked)
    if asked.query is not None:
        found.levels[1:] = Choice(connection, found.levels[1:]).listed(asked.query)
    return found, Card._make((*root[1:6], 0, STATES[root[6]]))


def lineage(connection: sqlite3.Connection, artifact_id: str, asked: Traversal) -> Lineage:
    """A page of a closure; raises `NotFound`, and `InvalidInput` for a cursor that is none."""
    return _lineage(connection, *walked(connection, artifact_id, asked), asked)


def lineages(connection: sqlite3.Connection, artifact_id: str, asked: Sequence[Traversal]) -> list[Lineage]:
    """First pages of closures that differ in `limit` and their texts alone, over one walk; raises `NotFound`."""
    whole, root = walked(connection, artifact_id, replace(asked[0], where="", and_where=""))
    choice = Choice(connection, whole.levels[1:])
    levels = [whole.levels[1:] if each.query is None else choice.listed(each.query) for each in asked]
    walks = [replace(whole, levels=[whole.levels[0], *chosen]) for chosen in levels]
    return [_lineage(connection, found, root, each) for found, each in zip(walks, asked, strict=True)]


def _lineage(connection: sqlite3.Connection, found: Walk, root: Card, asked: Traversal) -> Lineage:
    """A page of what was walked."""
    cursor, direction = asked.cursor, asked.direction
    after_depth, after_id, first_mark = cursors.read(cursor, int, str, str) if cursor is not None else (0, "", None)
    page = _page(connection, found, after_depth, after_id, asked)
    sources, targets, earlier = _edges_of_page(connection, found, page, found.levels[0][0], (after_depth, after_id))
    mark = found.mark
    answer = Lineage(
        root=root,
        direction=direction,
        columns=page.columns,
        edge_children=sources if direction == "upstream" else targets,
        edge_parents=targets if direction == "upstream" else sources,
        earlier=earlier,
        total=found.total,
        changed=first_mark not in (None, mark),
    )
    if page.cut:
        answer.stopped_by = "limit"
        answer.cursor = cursors.written(page.columns.depth[-1], page.columns.artifact_id[-1], first_mark or mark)
    elif found.goes_on:
        answer.stopped_by = "depth"
    return answer


@dataclass(slots=True)
class _Page:
    columns: Columns
    nodes: list[int]
    first_depth: int
    last_depth: int
    cut: bool
    """Whether the limit left something out."""


def _page(connection: sqlite3.Connection, found: Walk, after_depth: int, after_id: str, asked: Traversal) -> _Page:
    page = _Page(Columns(), [], max(after_depth, 1), max(after_depth, 1), False)
    columns = page.columns
    for depth in range(page.first_depth, len(found.levels)):
        room = asked.limit - len(page.nodes)
        after = after_id if depth == after_depth else ""
        rows = _rows(connection, found.levels[depth], after, room + 1, asked)
        page.cut = len(rows) > room
        if page.cut:
            rows.pop()
        if rows:
            page.last_depth = depth
            _extend(columns, page.nodes, rows, depth)
        if page.cut:
            break
    return page


def _rows(connection: sqlite3.Connection, level: list[int], after: str, most: int, asked: Traversal) -> list[Any]:
    """The first `most` nodes of a level behind an id, by id, as what `_extend` takes."""
    values = {"nodes": json.dumps(level), "after": after, "most": most, "at": asked.as_of}
    statement = (
        f"SELECT {card_sql(asked)}, n.node FROM json_each(:nodes) j CROSS JOIN cg_node n ON n.node = j.value "
        "WHERE n.artifact_id > :after"
    )
    if len(level) > most:
        return connection.execute(f"{statement} ORDER BY n.artifact_id LIMIT :most", values).fetchall()
    # SQLite sorts whole rows, written out and read again; Python sorts references, which takes half as long.
    rows = connection.execute(statement, values).fetchall()
    rows.sort(key=itemgetter(0))
    return rows


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
    connection: sqlite3.Connection, found: Walk, page: _Page, root: int, after: tuple[int, str]
) -> tuple[list[int], list[int], list[str]]:
    """Edges whose later end is on the page, as positions of sources and targets, and the earlier ids they end on.

    The source of an edge lies at most one level above its target, so that the levels of the page and the
    one above it have all of them.
    """
    levels = found.edges[page.first_depth - 1 : page.last_depth + 1]
    starts = list(chain.from_iterable(starts for starts, _ in levels))
    ends = list(chain.from_iterable(ends for _, ends in levels))
    earlier: dict[int, str] = {}
    if after != (0, ""):
        listed = set(page.nodes)
        edges = [edge for edge in zip(starts, ends, strict=True) if edge[0] in listed or edge[1] in listed]
        starts, ends = [start for start, _ in edges], [end for _, end in edges]
        outside = {node for edge in edges for node in edge} - listed
        earlier = _earlier(connection, found, outside - {root}, page, after)
    nodes = [root, *page.nodes, *earlier]
    # Compiled loops over lists, which are nearer at hand than a dict: for a large closure this is a tenth of the time.
    position: list[Any] = [None] * (1 + max(max(some, default=0) for some in (starts, ends, nodes)))
    for at, node in enumerate(nodes):
        position[node] = at
    sources = list(map(position.__getitem__, starts))
    targets = list(map(position.__getitem__, ends))
    if None in sources or None in targets:
        both = [(s, t) for s, t in zip(sources, targets, strict=True) if s is not None and t is not None]
        sources, targets = [s for s, _ in both], [t for _, t in both]
    return sources, targets, list(earlier.values())


def _earlier(
    connection: sqlite3.Connection, found: Walk, outside: set[int], page: _Page, after: tuple[int, str]
) -> dict[int, str]:
    """Those of `outside` that earlier pages have listed, with their ids."""
    before = {n for level in found.levels[1 : page.first_depth] for n in level}
    boundary = set(found.levels[page.first_depth]) if page.first_depth < len(found.levels) else set()
    ids = connection.execute(
        "SELECT n.node, n.artifact_id FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value "
        "ORDER BY n.artifact_id",
        (json.dumps(list(outside & (before | boundary))),),
    )
    return {n: i for n, i in ids if n in before or (n in boundary and (page.first_depth, i) <= after)}
