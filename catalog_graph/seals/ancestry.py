"""The ancestry of an artifact in the order of a seal: by generation, parents before their children, then by id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from catalog_graph.cards import Card
from catalog_graph.checks import cycle_refused
from catalog_graph.errors import CatalogError, Conflict
from catalog_graph.seals.records import BATCH, Node, batches, node_of, node_without_entry
from catalog_graph.seals.scratch import Scratch

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry

_NAMED = 5

_TABLES = """
    CREATE TABLE node (number INTEGER PRIMARY KEY, id TEXT NOT NULL, card TEXT, missing INTEGER NOT NULL);
    CREATE TABLE edge (child INTEGER NOT NULL, parent INTEGER NOT NULL);
    CREATE TABLE sorted (generation INTEGER, id TEXT, number INTEGER, PRIMARY KEY (generation, id)) WITHOUT ROWID;
"""
_INDEXES = """
    CREATE INDEX by_child ON edge (child, parent);
    CREATE INDEX by_parent ON edge (parent, child);
    CREATE INDEX ready ON node (number) WHERE missing = 0;
"""
_TAKE_READY = "INSERT INTO sorted SELECT ?, id, number FROM node WHERE missing = 0"
_TAKEN = "UPDATE node SET missing = -1 WHERE missing = 0"
_COUNT_DOWN = """
    INSERT INTO node (number, id, missing)
    SELECT e.child, '', count(*) FROM sorted s CROSS JOIN edge e ON e.parent = s.number WHERE s.generation = ?
    GROUP BY e.child ON CONFLICT (number) DO UPDATE SET missing = missing - excluded.missing
"""
_IN_ORDER = """
    SELECT s.id, n.card, (
        SELECT json_group_array(p.id) FROM edge e CROSS JOIN node p ON p.number = e.parent WHERE e.child = s.number
    ) FROM sorted s CROSS JOIN node n ON n.number = s.number ORDER BY s.generation, s.id
"""
_UNSORTED_PARENT = """
    SELECT p.number, p.id FROM edge e CROSS JOIN node p ON p.number = e.parent
    WHERE e.child = ? AND p.missing > 0 ORDER BY p.id LIMIT 1
"""


class Ancestor(NamedTuple):
    """An artifact of an ancestry, as a store has it."""

    number: int
    """A number of the store's own."""
    artifact_id: str
    card: Card | None
    """`None` if it is registered."""
    parents: Sequence[int]


class AncestryReader(Protocol):
    """The queries of a catalog that a seal is made from."""

    def ancestors(self, artifact_id: str) -> Iterator[Ancestor]:
        """Yield an artifact and everything upstream of it, each once, in any order. Raises `NotFound`."""

    def entries_to_seal(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""


class Ancestry:
    """An artifact and everything upstream of it, in a temporary file. Raises `CycleRefused`, `Conflict`."""

    def __init__(self, reader: AncestryReader, artifact_id: str) -> None:
        self._reader = reader
        self._id = artifact_id
        self._file = Scratch(_TABLES)
        for batch in batches(reader.ancestors(artifact_id)):
            nodes = ((a.number, a.artifact_id, a.card and json.dumps(a.card), len(a.parents)) for a in batch)
            self._file.executemany("INSERT INTO node VALUES (?, ?, ?, ?)", nodes)
            edges = ((a.number, parent) for a in batch for parent in a.parents)
            self._file.executemany("INSERT INTO edge VALUES (?, ?)", edges)
        self._sort()

    def has_any(self, artifact_ids: Iterable[str]) -> bool:
        """Return True if one of these is the artifact or in its ancestry."""
        statement = "SELECT 1 FROM node WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1"
        return self._file.execute(statement, (json.dumps(list(artifact_ids)),)).fetchone() is not None

    @property
    def unregistered(self) -> list[str]:
        """The sorted ids of the ancestors that are not registered: deleted, or known by their ids alone."""
        return [own_id for (own_id,) in self._file.execute("SELECT id FROM node WHERE card IS NOT NULL ORDER BY id")]

    def require_registered(self) -> None:
        """Raise `Conflict` if an ancestor is not registered."""
        if ids := self.unregistered:
            more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
            raise Conflict(
                f"{len(ids):,} in the ancestry of {self._id!r} {'is' if len(ids) == 1 else 'are'} not registered: "
                f"{', '.join(map(repr, ids[:_NAMED]))}{more}; register them, or seal with allow_unregistered=True, "
                "which writes them down"
            )

    def nodes(self) -> Iterator[Node]:
        """Yield the artifacts in the order of a seal, and read their entries meanwhile. Raises `Conflict`."""
        rows = self._file.execute(_IN_ORDER)
        while batch := rows.fetchmany(BATCH):
            entries = self._reader.entries_to_seal([own_id for own_id, _, _ in batch])
            for (_, card, parents), entry in zip(batch, entries, strict=True):
                yield self._node(card, json.loads(parents), entry)

    def _node(self, card: str | None, parents: list[str], entry: CatalogEntry | None) -> Node:
        if card is not None and entry is None:
            return node_without_entry(Card(*json.loads(card)), parents)
        if card is not None or entry is None:
            raise changed_meanwhile(self._id)
        return node_of(entry, parents)

    def _sort(self) -> None:
        """Sort the artifacts into generations: an artifact comes after its last parent."""
        self._file.executescript(_INDEXES)
        generation = 0
        while self._file.execute(_TAKE_READY, (generation,)).rowcount:
            self._file.execute(_TAKEN)
            self._file.execute(_COUNT_DOWN, (generation,))
            generation += 1
        left = self._file.execute("SELECT number, id FROM node WHERE missing > 0 ORDER BY id LIMIT 1").fetchone()
        if left:
            raise self._unsorted(*left)

    def _unsorted(self, number: int, artifact_id: str) -> CatalogError:
        """Return the error for an artifact that lies on a cycle or below one: each has a parent that does."""
        path = {number: artifact_id}
        while parent := self._file.execute(_UNSORTED_PARENT, (number,)).fetchone():
            number, own_id = parent
            if number in path:
                ids = list(path.values())
                return cycle_refused([*ids[list(path).index(number) :], own_id])
            path[number] = own_id
        return changed_meanwhile(self._id)


def changed_meanwhile(artifact_id: str) -> Conflict:
    """Return the error for a lineage that changes while it is read."""
    return Conflict(f"the lineage of {artifact_id!r} changed while it was read; seal it again")
