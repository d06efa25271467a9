"""Refuses new edges that would close a cycle; cycles that FlowyML wrote are not our writers' fault."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from catalog_graph.backends.local.lineage.traversal import Edge, next_edges
from catalog_graph.checks import cycle_refused


def refuse_cycles(connection: sqlite3.Connection, new: Sequence[Edge]) -> None:
    """Raises `CycleRefused`, with the path, where one of these edges (child, parent), all in place, closes a cycle.

    A cycle leads from the parent of a new edge up to the child of one. So both are followed, whichever has
    fewer to follow, and nearly always one of them ends at once.
    """
    up, down = {parent for _, parent in new}, {child for child, _ in new}
    above, below = set(up), set(down)
    while up and down:
        if len(up) <= len(down):
            up = set(next_edges(connection, list(up), "upstream")[1]) - above
            above |= up
        else:
            down = set(next_edges(connection, list(down), "downstream")[1]) - below
            below |= down
    if up:  # then all of `below` is known, else all of `above`
        suspects = [(child, parent) for child, parent in new if parent in below]
    else:
        suspects = [(child, parent) for child, parent in new if child in above]
    if suspects:
        _refuse_exactly(connection, suspects, below if up else above, upstream=not up)


def _refuse_exactly(
    connection: sqlite3.Connection, suspects: Sequence[Edge], within: set[int], *, upstream: bool
) -> None:
    """Look for a way back along each suspect, among the nodes that lead to a cycle at all."""
    edges = next_edges(connection, list(within), "upstream" if upstream else "downstream")
    parents: dict[int, list[int]] = {}
    for source, target in zip(*edges, strict=True):
        child, parent = (source, target) if upstream else (target, source)
        if child in within and parent in within:
            parents.setdefault(child, []).append(parent)
    cyclic = _leading_to_cycles(parents)
    for child, parent in suspects:
        if child in cyclic and parent in cyclic:
            path = _path(parents, cyclic, parent, child)
            if path:
                raise cycle_refused(_ids(connection, [child, *path]))


def _leading_to_cycles(parents: dict[int, list[int]]) -> set[int]:
    """What is left of a graph after taking away, again and again, whatever has no parents left."""
    children: dict[int, list[int]] = {}
    left = {child: len(found) for child, found in parents.items()}
    for child, found in parents.items():
        for parent in found:
            children.setdefault(parent, []).append(child)
    free = [node for node in children if node not in left]
    while free:
        for child in children.get(free.pop(), ()):
            left[child] -= 1
            if left[child] == 0:
                free.append(child)
    return {node for node, count in left.items() if count}


def _path(parents: dict[int, list[int]], within: set[int], start: int, end: int) -> list[int]:
    """The shortest way up from `start` to `end`, both included; empty where there is none."""
    came_from: dict[int, int] = {start: start}
    level = [start]
    while level and end not in came_from:
        following = []
        for node in level:
            for parent in parents.get(node, ()):
                if parent in within and parent not in came_from:
                    came_from[parent] = node
                    following.append(parent)
        level = following
    if end not in came_from:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def _ids(connection: sqlite3.Connection, nodes: Iterable[int]) -> list[str]:
    get = "SELECT artifact_id FROM cg_node WHERE node = ?"
    return [connection.execute(get, (node,)).fetchone()[0] for node in nodes]
