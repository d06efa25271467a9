"""The ancestry of an artifact in the order of a seal: by generation, parents before their children, then by id."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

from catalog_graph.checks import cycle_refused
from catalog_graph.errors import Conflict, LimitExceeded
from catalog_graph.seals.records import Node, node_of, node_without_entry

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.cards import Card
    from catalog_graph.lineage import Lineage

BATCH = 1000
"""Artifacts whose entries are read at a time."""
_NAMED = 5


class AncestryReader(Protocol):
    """The queries of a catalog that a seal is made from."""

    def ancestry_graph(self, artifact_id: str) -> AncestryGraph:
        """Return the ids and edges of an artifact and everything upstream of it. Raises `NotFound`."""

    def get_many(self, artifact_ids: Iterable[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""


class AncestryGraph(NamedTuple):
    """An artifact and everything upstream of it, by positions; 0 is the artifact."""

    ids: list[str]
    unregistered: dict[int, Card]
    """Cards of those that are not registered."""
    children: Sequence[int]
    """The position of the child of each edge."""
    parents: Sequence[int]

    @classmethod
    def of(cls, lineage: Lineage) -> AncestryGraph:
        """Return the graph of a lineage. Raises `LimitExceeded` unless it is whole."""
        if not lineage.complete or lineage.changed:
            raise LimitExceeded(
                f"the ancestry of {lineage.root.artifact_id!r} could not be read whole: it is too large, or changed "
                "meanwhile"
            )
        columns = lineage.columns
        states = enumerate([lineage.root.state, *columns.state])
        unregistered = {p: columns.card(p - 1) if p else lineage.root for p, state in states if state != "registered"}
        ids = [lineage.root.artifact_id, *columns.artifact_id]
        return cls(ids, unregistered, lineage.edge_children, lineage.edge_parents)


class Ancestry:
    """An artifact and everything upstream of it; position 0 is the artifact. Raises `CycleRefused`."""

    def __init__(self, reader: AncestryReader, artifact_id: str) -> None:
        self._reader = reader
        self._ids, self._unregistered, children, parents = reader.ancestry_graph(artifact_id)
        self._parents = _Adjacency(len(self._ids), children, parents)
        self._order = self._generations(_Adjacency(len(self._ids), parents, children))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the artifact and its ancestry."""
        return frozenset(self._ids)

    @property
    def unregistered(self) -> list[str]:
        """The sorted ids of the ancestors that are not registered: deleted, or known by their ids alone."""
        return sorted(card.artifact_id for card in self._unregistered.values())

    def require_registered(self) -> None:
        """Raise `Conflict` if an ancestor is not registered."""
        if ids := self.unregistered:
            more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
            raise Conflict(
                f"{len(ids):,} in the ancestry of {self._ids[0]!r} {'is' if len(ids) == 1 else 'are'} not registered: "
                f"{', '.join(map(repr, ids[:_NAMED]))}{more}; register them, or seal with allow_unregistered=True, "
                "which writes them down"
            )

    def nodes(self) -> Iterator[Node]:
        """Yield the artifacts in the order of a seal, and read their entries meanwhile. Raises `Conflict`."""
        for start in range(0, len(self._order), BATCH):
            positions = self._order[start : start + BATCH]
            entries = self._reader.get_many(self._ids[position] for position in positions)
            for position, entry in zip(positions, entries, strict=True):
                yield self._node(position, entry)

    def _node(self, position: int, entry: CatalogEntry | None) -> Node:
        parents = [self._ids[parent] for parent in self._parents.of(position)]
        card = self._unregistered.get(position)
        if card is not None and entry is None:
            return node_without_entry(card, parents)
        if card is not None or entry is None:
            raise changed_meanwhile(self._ids[0])
        # One text for each id, not another for its roots.
        entry.artifact_id = self._ids[position]
        return node_of(entry, parents)

    def _generations(self, children: _Adjacency) -> array[int]:
        """Return the positions, one generation after the other: an artifact comes after its last parent."""
        missing = [len(self._parents.of(position)) for position in range(len(self._ids))]
        generation = [position for position, count in enumerate(missing) if not count]
        order = array("l")
        while generation:
            order.extend(sorted(generation, key=self._ids.__getitem__))
            following = []
            for child in (child for parent in generation for child in children.of(parent)):
                missing[child] -= 1
                if not missing[child]:
                    following.append(child)
            generation = following
        if len(order) < len(self._ids):
            raise cycle_refused(self._cycle([position for position, count in enumerate(missing) if count]))
        return order

    def _cycle(self, left: Sequence[int]) -> list[str]:
        """Return the ids of a cycle among positions that each have a parent among them, child before parent."""
        among, path = set(left), [left[0]]
        while True:
            parent = min((p for p in self._parents.of(path[-1]) if p in among), key=self._ids.__getitem__)
            if parent in path:
                return [self._ids[position] for position in (*path[path.index(parent) :], parent)]
            path.append(parent)


class _Adjacency:
    """The neighbours of positions, in eight bytes an edge."""

    def __init__(self, size: int, starts: Sequence[int], ends: Sequence[int]) -> None:
        counts = array("l", bytes(8 * (size + 1)))
        for start in starts:
            counts[start + 1] += 1
        for before, after in pairwise(range(size + 1)):
            counts[after] += counts[before]
        self._starts, self._ends = counts, array("l", bytes(8 * len(ends)))
        free = array("l", counts)
        for start, end in zip(starts, ends, strict=True):
            self._ends[free[start]] = end
            free[start] += 1

    def of(self, position: int) -> array[int]:
        """Return the neighbours of a position."""
        return self._ends[self._starts[position] : self._starts[position + 1]]


def changed_meanwhile(artifact_id: str) -> Conflict:
    """Return the error for a lineage that changes while it is read."""
    return Conflict(f"the lineage of {artifact_id!r} changed while it was read; seal it again")
