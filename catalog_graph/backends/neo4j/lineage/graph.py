"""The present graph of a catalog as arrays, which a walk reads in a small part of the time that the database takes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count
from sys import getsizeof
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from catalog_graph.backends.neo4j.lineage.neighbours import Neighbours, Nodes
from catalog_graph.lineage import Direction
from catalog_graph.query.text import SEPARATOR

Marks = npt.NDArray[np.bool_]
"""For each node, whether it is meant."""

K = TypeVar("K")
V = TypeVar("V")

_FEW = 24
"""Nodes of a level from which on arrays are quicker than a loop."""
_KEPT = 4
"""Walks and selections that are kept."""
_AGAIN = 100
"""Changed artifacts that a query is asked about again; of more, it is asked about everything."""
_REVISIONS = count(1)


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

    def part(self, chosen: slice | Marks) -> Walk:
        """Return a part of what was reached."""
        return Walk(self.nodes[chosen], self.depths[chosen])


class Selection(NamedTuple):
    """The artifacts that a query of the full-text index selected, and the ids of those that have changed since."""

    marks: Marks
    changed: frozenset[str]


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
        self._selections: OrderedDict[tuple[str, ...], Selection] = OrderedDict()
        self.revision = next(_REVISIONS)
        """A number that no other state of any graph has."""
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
        if not len(self):
            return np.empty(0, np.int32)
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
        cards = self._cards
        return [cards[node] for node in nodes]  # unlike `map`, it lets other threads run

    def is_registered(self, nodes: Nodes) -> Marks:
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
        return _latest(self._walks, key)

    def selection(self, query: tuple[str, ...]) -> Selection | None:
        """Return what a query selects, if `select` was told so."""
        return _latest(self._selections, query) if query in self._selections else None

    def select(
        self, query: tuple[str, ...], artifact_ids: Sequence[str], before: Selection | None, revision: int
    ) -> Marks:
        """Return what a query selects: these artifacts, and what it selected `before` of those that did not change.

        It is kept, unless something has changed since a revision, after which the ids were read.
        """
        marks = np.zeros(len(self), np.bool_)
        if before is not None:
            marks[: len(before.marks)] = before.marks
            marks[self.numbers(list(before.changed))] = False
        marks[self.numbers(artifact_ids)] = True
        if revision == self.revision:
            self._selections[query] = Selection(marks, frozenset())
            _latest(self._selections, query)
        return marks

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

    def replace(self, artifacts: Sequence[Artifact], parents: Sequence[Sequence[str]], gone: Collection[str]) -> None:
        """Set what artifacts are and derive from; those that are `gone` leave the graph with all their edges.

        A parent that the graph does not have is gone too, since it was read after its child: it is left out.
        """
        self._walks.clear()
        self._outdate({*(artifact.artifact_id for artifact in artifacts), *gone})
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

    def _outdate(self, artifact_ids: Collection[str]) -> None:
        self.revision = next(_REVISIONS)
        for query, (marks, changed) in list(self._selections.items()):
            self._selections[query] = Selection(marks, changed.union(artifact_ids))
            if len(self._selections[query].changed) > _AGAIN:
                del self._selections[query]

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


def _reached(ends: Nodes, seen: Marks, places: Nodes) -> Nodes:
    """Return the nodes among `ends` that were not seen, each once, and note that they are; `places` is scratch."""
    new = ends[~seen[ends]]
    order = np.arange(len(new), dtype=np.int32)
    places[new] = order
    once: Nodes = new[places[new] == order]
    seen[once] = True
    return once


def _few_reached(neighbours: Neighbours, level: Nodes, seen: Marks) -> Nodes:
    """Return what `_reached` does, for so few nodes that a loop is quicker."""
    new = []
    for node in level.tolist():
        for end in neighbours.of(node):
            if not seen[end]:
                seen[end] = True
                new.append(end)
    return np.array(new, np.int32)


def _latest(entries: OrderedDict[K, V], key: K) -> V:
    """Return the entry of a key, and drop those that were used longest ago."""
    entries.move_to_end(key)
    while len(entries) > _KEPT:
        entries.popitem(last=False)
    return entries[key]


def _sort_key(artifact_id: str) -> int:
    """Return the first eight bytes of an id as a number, which sorts as the ids do unless they begin alike."""
    return int.from_bytes(artifact_id.encode()[:8].ljust(8, b"\0"))
