"""Refusal of new edges that would close a cycle. Cycles that FlowyML wrote do not count against our writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.lineage.memory import next_edges
from catalog_graph.checks import cycle_refused

Edge = tuple[int, int]
"""Child and parent."""


def refuse_cycles(connection: sqlite3.Connection, new_edges: Sequence[Edge]) -> None:
    """Raise `CycleRefused`, with the path, if one of these edges, which are stored already, closes a cycle.

    A cycle leads from the parent of a new edge up to the child of a new edge. Both directions are followed, always the
    one with fewer nodes to visit next; nearly always, one of them ends at once.
    """
    up, down = {parent for _, parent in new_edges}, {child for child, _ in new_edges}
    above, below = set(up), set(down)
    while up and down:
        if len(up) <= len(down):
            up = set(next_edges(connection, list(up), "upstream")[1]) - above
            above |= up
        else:
            down = set(next_edges(connection, list(down), "downstream")[1]) - below
            below |= down
    if up:  # then `below` is complete, else `above` is
        suspects = [(child, parent) for child, parent in new_edges if parent in below]
    else:
        suspects = [(child, parent) for child, parent in new_edges if child in above]
    if suspects:
        _refuse_on_path(connection, suspects, below if up else above, upstream=not up)


def _refuse_on_path(
    connection: sqlite3.Connection, suspects: Sequence[Edge], within: set[int], *, upstream: bool
) -> None:
    """Raise `CycleRefused` if there is a path from the parent of a suspect back to its child."""
    edges = next_edges(connection, list(within), "upstream" if upstream else "downstream")
    parents: dict[int, list[int]] = {}
    for start, end in zip(*edges, strict=True):
        child, parent = (start, end) if upstream else (end, start)
        if child in within and parent in within:
            parents.setdefault(child, []).append(parent)
    cyclic = _below_cycles(parents)
    for child, parent in suspects:
        if child in cyclic and parent in cyclic:
            path = _shortest_path(parents, cyclic, parent, child)
            if path:
                raise cycle_refused(_artifact_ids(connection, [child, *path]))


def _below_cycles(parents: dict[int, list[int]]) -> set[int]:
    """Return the nodes on or below a cycle: those left after removing, repeatedly, all that have no parents."""
    children: dict[int, list[int]] = {}
    remaining = {child: len(nodes) for child, nodes in parents.items()}
    for child, nodes in parents.items():
        for parent in nodes:
            children.setdefault(parent, []).append(child)
    without_parents = [node for node in children if node not in remaining]
    while without_parents:
        for child in children.get(without_parents.pop(), ()):
            remaining[child] -= 1
            if remaining[child] == 0:
                without_parents.append(child)
    return {node for node, count in remaining.items() if count}


def _shortest_path(parents: dict[int, list[int]], within: set[int], start: int, end: int) -> list[int]:
    """Return the shortest path up from `start` to `end`, both included, or an empty list."""
    predecessors: dict[int, int] = {start: start}
    level = [start]
    while level and end not in predecessors:
        next_level = []
        for node in level:
            for parent in parents.get(node, ()):
                if parent in within and parent not in predecessors:
                    predecessors[parent] = node
                    next_level.append(parent)
        level = next_level
    if end not in predecessors:
        return []
    path = [end]
    while path[-1] != start:
        path.append(predecessors[path[-1]])
    return path[::-1]


def _artifact_ids(connection: sqlite3.Connection, nodes: Iterable[int]) -> list[str]:
    statement = "SELECT artifact_id FROM cg_node WHERE node = ?"
    return [connection.execute(statement, (node,)).fetchone()[0] for node in nodes]
