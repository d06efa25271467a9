"""The present graph of a catalog as arrays, which a walk reads in a small part of the time that the database takes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from sys import getsizeof
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from catalog_graph.lineage import Direction
from catalog_graph.query.text import SEPARATOR

Nodes = npt.NDArray[np.int32]
"""Numbers of nodes: an artifact keeps its number as long as the graph is kept."""

_FEW = 24
"""Nodes of a level from which on arrays are quicker than a loop."""
_KEPT_WALKS = 4


class Artifact(NamedTuple):
    """An artifact as the database has it."""

    artifact_id: str
    card: str
    """The property that a traversal reads."""
    kind: str
    """Type and pipeline with a separator between them, or the state of an artifact that is not registered."""


class Walk(NamedTuple):
    """The nodes that a walk reached, nearest first; those of one depth in no order."""

    nodes: Nodes
    depths: Nodes

    def part(self, chosen: slice | npt.NDArray[np.bool_]) -> Walk:
        """Return a part of what was reached."""
        return Walk(self.nodes[chosen], self.depths[chosen])


class Neighbours:
    """The neighbours of each node in one direction: arrays, and lists for the nodes that have changed since."""

    def __init__(self, size: int, sources: Nodes, ends: Nodes) -> None:
        """Build the arrays of the edges from `sources` to `ends`, for so many nodes."""
        self._starts = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(sources, minlength=size), out=self._starts[1:])
        self._ends = ends[np.argsort(sources, kind="stable")].astype(np.int32)
        self._has_changed = np.zeros(size, np.bool_)
        self.changed: dict[int, list[int]] = {}

    def grow(self, size: int) -> None:
        """Add nodes without neighbours, up to a number of nodes."""
        old = len(self._has_changed)
        if size > old:
            self._has_changed = np.append(self._has_changed, np.ones(size - old, np.bool_))

    def of(self, node: int) -> list[int]:
        """Return the neighbours of a node."""
        if self._has_changed[node]:
            return self.changed.get(node, [])
        ends: list[int] = self._ends[self._starts[node] : self._starts[node + 1]].tolist()
        return ends

    def change(self, node: int) -> list[int]:
        """Return the neighbours of a node as a list that may be changed."""
        if node not in self.changed:
            self.changed[node] = list(self.of(node))
            self._has_changed[node] = True
        return self.changed[node]

    def edges(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        """Return the edges from these nodes, as their sources and their ends."""
        changed = self._has_changed[nodes] if self.changed else None
        if changed is None or not changed.any():
            return self._edges(nodes)
        sources, ends = self._edges(nodes[~changed])
        lists = {node: self.changed.get(node, []) for node in nodes[changed].tolist()}
        more = np.repeat(np.fromiter(lists, np.int32, len(lists)), list(map(len, lists.values())))
        return np.append(sources, more), np.append(ends, np.fromiter(chain(*lists.values()), np.int32, len(more)))

    def _edges(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        starts = self._starts[nodes]
        counts = self._starts[nodes + 1] - starts
        firsts = np.cumsum(counts) - counts
        places = np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))
        return np.repeat(nodes, counts), self._ends[places]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return int(self._starts.nbytes + self._ends.nbytes + self._has_changed.nbytes)


class Graph:
    """Artifacts and their present edges, empty at first. It is changed in place, and no walk may run meanwhile."""

    def __init__(self) -> None:
        self._cards: list[str] = []
        self._card_bytes = 0
        self._codes: dict[str, int] = {}
        """The kinds that occur, each with a number."""
        self._kinds = np.empty(0, np.int32)
        self._keys = np.empty(0, np.uint64)
        self._digests, self._numbers = np.empty(0, np.int64), np.empty(0, np.int32)
        """Hashes of ids in ascending order, and the number of each."""
        self._new: dict[str, int] = {}
        """Numbers of the artifacts that are not among these yet."""
        self._walks: OrderedDict[tuple[int, Direction], Walk] = OrderedDict()
        self.connect(np.empty(0, np.int32), np.empty(0, np.int32))

    def append(self, artifacts: Sequence[Artifact]) -> None:
        """Add artifacts that the graph does not have; `connect` has to follow."""
        numbers = np.arange(len(self), len(self) + len(artifacts), dtype=np.int32)
        self._cards += (artifact.card for artifact in artifacts)
        self._card_bytes += sum(getsizeof(artifact.card) for artifact in artifacts)
        self._kinds = np.append(self._kinds, np.array([self._code(each.kind) for each in artifacts], np.int32))
        keys = [_sort_key(each.artifact_id) for each in artifacts]
        self._keys = np.append(self._keys, np.array(keys, np.uint64))
        self._digests = np.append(self._digests, np.array([hash(each.artifact_id) for each in artifacts], np.int64))
        self._numbers = np.append(self._numbers, numbers)

    def connect(self, children: Nodes, parents: Nodes) -> None:
        """Build the arrays anew, with these edges alone."""
        order = np.argsort(self._digests, kind="stable")
        self._digests, self._numbers = self._digests[order], self._numbers[order]
        self._neighbours: dict[Direction, Neighbours] = {
            "upstream": Neighbours(len(self), children, parents),
            "downstream": Neighbours(len(self), parents, children),
        }

    def __len__(self) -> int:
        return len(self._cards)

    @property
    def nbytes(self) -> int:
        """About the bytes that the graph takes."""
        arrays = (self._kinds, self._keys, self._digests, self._numbers)
        neighbours = sum(each.nbytes for each in self._neighbours.values())
        return self._card_bytes + 8 * len(self) + sum(array.nbytes for array in arrays) + neighbours

    # ---- reading

    def number(self, artifact_id: str) -> int | None:
        """Return the number of an artifact; `None` if the graph does not have it."""
        if artifact_id in self._new:
            return self._new[artifact_id]
        digest = hash(artifact_id)
        place = int(np.searchsorted(self._digests, digest))
        while place < len(self._digests) and self._digests[place] == digest:
            number = int(self._numbers[place])
            if self.artifact_id(number) == artifact_id:
                return number
            place += 1
        return None

    def numbers(self, artifact_ids: Sequence[str]) -> Nodes:
        """Return the numbers of those of some artifacts that the graph has."""
        digests = np.fromiter(map(hash, artifact_ids), np.int64, len(artifact_ids))
        places = np.minimum(np.searchsorted(self._digests, digests), len(self._digests) - 1)
        likely = self._numbers[places].tolist() if len(self._digests) else [0] * len(artifact_ids)
        numbers = (
            number if self.artifact_id(number) == artifact_id else self.number(artifact_id)
            for artifact_id, number in zip(artifact_ids, likely, strict=True)
        )
        return np.array([number for number in numbers if number is not None], np.int32)

    def artifact_id(self, number: int) -> str:
        """Return the id of a node; empty for one that is gone."""
        return self._cards[number].partition(SEPARATOR)[0]

    def cards(self, nodes: Iterable[int]) -> list[str]:
        """Return the cards of nodes."""
        return list(map(self._cards.__getitem__, nodes))

    def is_registered(self, nodes: Nodes) -> npt.NDArray[np.bool_]:
        """Tell of each node whether it is registered."""
        registered = np.fromiter((SEPARATOR in kind for kind in self._codes), np.bool_, len(self._codes))
        return registered[self._kinds[nodes]]

    def kinds(self, nodes: Nodes) -> Iterator[tuple[str, int]]:
        """Yield each kind of these nodes, and the number of nodes of it."""
        counts = np.bincount(self._kinds[nodes], minlength=len(self._codes)).tolist()
        return ((kind, count) for kind, count in zip(self._codes, counts, strict=True) if count)

    def neighbours(self, node: int, direction: Direction) -> list[int]:
        """Return the parents or the children of a node."""
        return self._neighbours[direction].of(node)

    def parents(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        """Return the edges to the parents of these nodes, as children and parents."""
        return self._neighbours["upstream"].edges(nodes)

    def walk(self, root: int, direction: Direction, depth: int | None = None, without: Iterable[int] = ()) -> Walk:
        """Return everything within a number of edges from the root, which is left out; `without` have no edges."""
        missing = list(without)
        if root in missing:
            depth = 0
        if depth is not None or missing:
            return self._walk(root, direction, depth, missing)
        key = (root, direction)
        if key not in self._walks:
            self._walks[key] = self._walk(root, direction, None, missing)
        self._walks.move_to_end(key)
        while len(self._walks) > _KEPT_WALKS:
            self._walks.popitem(last=False)
        return self._walks[key]

    def in_order(self, walk: Walk) -> Walk:
        """Return what was reached by depth, then by id (as code points)."""
        keys = self._keys[walk.nodes]
        order = np.lexsort((keys, walk.depths))
        nodes, depths, keys = walk.nodes[order], walk.depths[order], keys[order]
        same = (keys[1:] == keys[:-1]) & (depths[1:] == depths[:-1])
        if same.any():
            bounds = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
            for first, last in bounds.reshape(-1, 2).tolist():
                nodes[first : last + 1] = sorted(nodes[first : last + 1].tolist(), key=self.artifact_id)
        return Walk(nodes, depths)

    # ---- changing

    def replace(self, artifacts: Sequence[Artifact], parents: Sequence[Sequence[str]], gone: Iterable[str]) -> None:
        """Set what artifacts are and derive from; those that are `gone` leave the graph with all their edges.

        A parent that the graph does not have is gone too, since it was read after its child: it is left out.
        """
        self._walks.clear()
        for artifact in artifacts:
            self._set(artifact)
        for neighbours in self._neighbours.values():
            neighbours.grow(len(self))
        for artifact, ids in zip(artifacts, parents, strict=True):
            self._derive(artifact.artifact_id, ids)
        for artifact_id in gone:
            self._remove(artifact_id)
        if max(len(each.changed) for each in self._neighbours.values()) > max(1_000, len(self) // 16):
            self._rebuild()

    def _set(self, artifact: Artifact) -> None:
        number, card, kind = self.number(artifact.artifact_id), artifact.card, self._code(artifact.kind)
        if number is not None:
            self._card_bytes += getsizeof(card) - getsizeof(self._cards[number])
            self._cards[number], self._kinds[number] = card, kind
            return
        number = self._new[artifact.artifact_id] = len(self)
        self._cards.append(card)
        self._card_bytes += getsizeof(card)
        if number >= len(self._kinds):
            more = max(1_000, number // 16)
            self._kinds = np.append(self._kinds, np.zeros(more, np.int32))
            self._keys = np.append(self._keys, np.zeros(more, np.uint64))
        self._kinds[number], self._keys[number] = kind, _sort_key(artifact.artifact_id)

    def _derive(self, artifact_id: str, parent_ids: Iterable[str]) -> None:
        """Set the parents of an artifact of the graph."""
        child, numbers = self.number(artifact_id), map(self.number, parent_ids)
        assert child is not None
        upstream, downstream = self._neighbours["upstream"], self._neighbours["downstream"]
        before, now = set(upstream.of(child)), {number for number in numbers if number is not None}
        for parent in before - now:
            upstream.change(child).remove(parent)
            downstream.change(parent).remove(child)
        for parent in now - before:
            upstream.change(child).append(parent)
            downstream.change(parent).append(child)

    def _remove(self, artifact_id: str) -> None:
        number = self.number(artifact_id)
        if number is None:
            return
        self._derive(artifact_id, [])
        upstream, downstream = self._neighbours["upstream"], self._neighbours["downstream"]
        for child in downstream.change(number):
            upstream.change(child).remove(number)
        downstream.change(number).clear()
        self._new.pop(artifact_id, None)
        self._card_bytes -= getsizeof(self._cards[number])
        self._cards[number] = ""

    def _code(self, kind: str) -> int:
        return self._codes.setdefault(kind, len(self._codes))

    def _rebuild(self) -> None:
        """Move all changes into the arrays."""
        self._digests = np.append(self._digests, np.array(list(map(hash, self._new)), np.int64))
        self._numbers = np.append(self._numbers, np.array(list(self._new.values()), np.int32))
        self._new.clear()
        self.connect(*self.parents(np.arange(len(self), dtype=np.int32)))

    def _walk(self, root: int, direction: Direction, depth: int | None, without: Iterable[int]) -> Walk:
        neighbours = self._neighbours[direction]
        seen = np.zeros(len(self), np.bool_)
        seen[[root, *without]] = True
        places = np.empty(len(self), np.int32)
        levels: list[Nodes] = []
        level = np.array([root], np.int32)
        while depth is None or len(levels) < depth:
            level = (
                _few_reached(neighbours, level, seen)
                if len(level) < _FEW
                else _reached(neighbours.edges(level)[1], seen, places)
            )
            if not len(level):
                break
            levels.append(level)
        depths = np.repeat(np.arange(1, len(levels) + 1, dtype=np.int32), list(map(len, levels)))
        return Walk(np.concatenate(levels) if levels else np.empty(0, np.int32), depths)


def _reached(ends: Nodes, seen: npt.NDArray[np.bool_], places: Nodes) -> Nodes:
    """Return the nodes among `ends` that were not seen, each once, and note that they are; `places` is scratch."""
    new = ends[~seen[ends]]
    order = np.arange(len(new), dtype=np.int32)
    places[new] = order
    once: Nodes = new[places[new] == order]
    seen[once] = True
    return once


def _few_reached(neighbours: Neighbours, level: Nodes, seen: npt.NDArray[np.bool_]) -> Nodes:
    """Return what `_reached` does, for so few nodes that a loop is quicker."""
    new = []
    for node in level.tolist():
        for end in neighbours.of(node):
            if not seen[end]:
                seen[end] = True
                new.append(end)
    return np.array(new, np.int32)


def _sort_key(artifact_id: str) -> int:
    """Return the first eight bytes of an id as a number, which sorts as the ids do unless they begin alike."""
    return int.from_bytes(artifact_id.encode()[:8].ljust(8, b"\0"))
