"""Lineage in memory: the edges and cards that were read since the last write to the file are not read again.

Whether anything was written is asked of SQLite at the start of each question: its `data_version` changes with every
commit of another connection, in this process or another, and the connection itself counts the rows that it changed.
What was read is dropped if either differs, so no answer is older than the file.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, repeat
from operator import itemgetter
from typing import Any

from catalog_graph.backends.local.lineage.as_of import card_columns
from catalog_graph.lineage import Direction, Traversal

MAX_ARTIFACTS = 250_000
"""Maximum number of artifacts to keep between two questions, about 600 bytes each."""

Edges = tuple[list[int], list[int]]
"""Starts and ends of edges in the direction of the walk: two lists are read 25 % faster than a row for each edge."""
CardRow = tuple[Any, ...]
"""The columns of a card (`card_columns`) and the node."""

_ENDS = {"upstream": ("child", "parent"), "downstream": ("parent", "child")}
_EDGES_NOW = "SELECT e.child, e.parent FROM json_each(:nodes) j CROSS JOIN cg_edge e ON e.{start} = j.value"
_EDGES_AS_OF = (
    f"{_EDGES_NOW} WHERE e.created <= :at UNION "
    "SELECT e.child, e.parent FROM json_each(:nodes) j CROSS JOIN cg_was_edge e ON e.{start} = j.value "
    "WHERE e.created <= :at AND e.removed > :at"
)
CARDS = (
    f"SELECT {card_columns(Traversal('upstream'))}, n.node FROM json_each(?) j CROSS JOIN cg_node n ON n.node = j.value"
)
"""Query for the `CardRow` of nodes."""


def next_edges(connection: sqlite3.Connection, nodes: list[int], direction: Direction, at: int | None = None) -> Edges:
    """Return the edges that leave `nodes` in this direction, now or at an instant."""
    start, end = _ENDS[direction]
    edges = (_EDGES_NOW if at is None else _EDGES_AS_OF).format(start=start)
    statement = f"SELECT json_group_array({start}), json_group_array({end}) FROM ({edges})"
    starts, ends = connection.execute(statement, {"nodes": json.dumps(nodes), "at": at}).fetchone()
    return json.loads(starts), json.loads(ends)


class LineageMemory:
    """The present edges and cards that one connection has read.

    What a question reads is arranged by the next one, so that a program that asks once does not spend time on it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._state = _state_of(connection)
        self._ends: dict[Direction, dict[int, Sequence[int]]] = {"upstream": {}, "downstream": {}}
        """For each node whose edges were read, their ends."""
        self._cards: dict[int, CardRow] = {}
        self._new_edges: list[tuple[Direction, list[int], Edges]] = []
        """Nodes with the edges that leave them, as they were read."""
        self._new_cards: list[list[CardRow]] = []

    def __len__(self) -> int:
        new = sum(len(nodes) for _, nodes, _ in self._new_edges), sum(map(len, self._new_cards))
        return max(sum(map(len, self._ends.values())) + new[0], len(self._cards) + new[1])

    def is_current(self, connection: sqlite3.Connection) -> bool:
        """Return True if this connection has read what is here, and nothing was written since."""
        return self._connection is connection and self._state == _state_of(connection)

    def arrange(self) -> None:
        """Arrange what was read by node."""
        for direction, nodes, edges in self._new_edges:
            self._ends[direction].update(_ends_by_start(nodes, edges))
        for rows in self._new_cards:
            self._cards.update(zip(map(itemgetter(-1), rows), rows, strict=True))
        self._new_edges, self._new_cards = [], []

    def edges(self, nodes: list[int], direction: Direction) -> Edges:
        """Return the edges that leave `nodes` in this direction, now."""
        known = self._ends[direction]
        unknown = [node for node in nodes if node not in known]
        if unknown:
            edges = next_edges(self._connection, unknown, direction)
            if len(unknown) == len(nodes):
                self._new_edges.append((direction, nodes, edges))
                return edges
            known.update(_ends_by_start(unknown, edges))
        ends = list(map(known.__getitem__, nodes))
        starts = chain.from_iterable(map(repeat, nodes, map(len, ends)))
        return list(starts), list(chain.from_iterable(ends))

    def has_cards(self, nodes: list[int]) -> bool:
        """Return True if the cards of all these nodes are here."""
        return all(map(self._cards.__contains__, nodes))

    def cards(self, nodes: list[int]) -> list[CardRow]:
        """Return the cards of nodes, in no order."""
        known = [row for row in map(self._cards.get, nodes) if row is not None]
        if len(known) == len(nodes):
            return known
        unknown = [node for node in nodes if node not in self._cards] if known else nodes
        rows = self._connection.execute(CARDS, (json.dumps(unknown),)).fetchall()
        self._new_cards.append(rows)
        return known + rows


class KeptMemory:
    """Keeps one memory between questions. Each of several questions at the same time has a memory of its own."""

    def __init__(self) -> None:
        self._kept: list[LineageMemory] = []

    @contextmanager
    def lend(self, connection: sqlite3.Connection) -> Iterator[LineageMemory]:
        """Lend the memory to a question in a read transaction that has read something; an empty one if it is old."""
        try:
            memory = self._kept.pop()
        except IndexError:
            memory = LineageMemory(connection)
        if memory.is_current(connection):
            memory.arrange()
        else:
            memory = LineageMemory(connection)
        yield memory
        if len(memory) <= MAX_ARTIFACTS:
            self._kept[:] = [max([memory, *self._kept], key=len)]

    def clear(self) -> None:
        """Drop what is kept."""
        self._kept.clear()


def _ends_by_start(nodes: list[int], edges: Edges) -> dict[int, Sequence[int]]:
    """Return the ends of the edges from each node."""
    ends_of: dict[int, Sequence[int]] = dict.fromkeys(nodes, ())
    lists: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in zip(*edges, strict=True):
        lists[start].append(end)
    # The garbage collector passes over tuples of numbers.
    ends_of.update(zip(lists, map(tuple, lists.values()), strict=True))
    return ends_of


def _state_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return two numbers, one of which changes with everything that is written to the file."""
    [version] = connection.execute("PRAGMA data_version").fetchone()
    return version, connection.total_changes
