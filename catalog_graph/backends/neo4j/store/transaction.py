"""One write transaction: the artifacts that it read under lock, their new contents, and how these are saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from catalog_graph.artifact import CatalogEntry, OnDuplicate
from catalog_graph.backends.bookmarks import Bookmarks, current
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.failures import LostRace
from catalog_graph.backends.neo4j.store.records import entry_from, label_change, labels, properties, stub
from catalog_graph.backends.references import unknown_artifact
from catalog_graph.changes.origin import Origin, origin
from catalog_graph.changes.recording import by_child, edge_items, entry_items
from catalog_graph.checks import cycle_refused
from catalog_graph.idempotency import Receipt
from catalog_graph.instants import microseconds, now

T = TypeVar("T")
R = TypeVar("R")

LINEAGE_LOCK = "lineage"
Edge = tuple[str, str]
"""Child and parent."""


class Copy(NamedTuple):
    """A registered artifact with a content hash of interest."""

    content_hash: str
    created_at: str
    artifact_id: str


CHUNK = 1_000
"""Artifacts that one query saves."""


@dataclass(frozen=True, slots=True)
class Request:
    """The entries that one caller registers, all or none."""

    entries: Sequence[CatalogEntry]
    on_duplicate: OnDuplicate
    receipt: Receipt | None = None
    origin: Origin = field(default_factory=origin)
    bookmarks: Bookmarks = field(default_factory=current)
    """Those of the caller, which the store has reached."""


class Changes:
    """The artifacts that a transaction has locked, and their new contents.

    A new artifact is created; if another writer creates it first, the unique id makes this transaction fail, and it
    begins again. Edges follow from `parent_ids`: new ones are added, removed ones become history.
    """

    def __init__(self, transaction: BoltTransaction) -> None:
        self.transaction = transaction
        self.now = now()
        self._missing: set[str] = set()
        self._stubs: set[str] = set()
        self._hidden: set[str] = set()
        self._old: dict[str, CatalogEntry | None] = {}
        self._new: dict[str, CatalogEntry] = {}
        self._positions: dict[str, int] = {}
        """Place of each changed artifact in this transaction."""
        self._origins: dict[str, Origin | None] = {}
        """Origin of the change of each artifact; None for that of the context."""
        self._revived: set[str] = set()

    def lock(
        self, artifact_ids: Iterable[str], parent_ids: Iterable[str] = (), hashes: Iterable[str] = ()
    ) -> list[Copy]:
        """Lock and read artifacts, in an order that all writers share; return copies of their contents.

        `parent_ids` must name each artifact that a new edge will lead to; parents are looked up and not locked. The
        copies are the oldest artifact with each content hash, without the artifacts that are locked here.
        """
        ids = sorted(set(artifact_ids) - self._old.keys())
        if not ids:
            return []
        parents = sorted(set(parent_ids) - {*ids, *self._old})
        [row] = self.transaction.run("artifacts/lock", ids=ids, parent_ids=parents, hashes=sorted(set(hashes)))
        self._missing.update(row["missing"])
        self._stubs.update(row["stubs"])
        self._hidden.update(row["hidden"])
        self._old.update(dict.fromkeys(ids))
        for entry in map(entry_from, row["artifacts"]):
            # The parents of a hidden one are those that its deletion took.
            self._old[entry.artifact_id] = (
                replace(entry, parent_ids=[]) if self.was_hidden(entry.artifact_id) else entry
            )
        return [Copy(*copy) for copy in row["copies"]]

    def knows(self, artifact_id: str) -> bool:
        """Tell whether this id was locked."""
        return artifact_id in self._old

    def locked(self, artifact_id: str) -> CatalogEntry | None:
        """Return the artifact as it was before this transaction."""
        return self._old[artifact_id]

    def entry(self, artifact_id: str) -> CatalogEntry | None:
        """Return the artifact as this transaction will leave it."""
        return self._new.get(artifact_id) or self._old[artifact_id]

    def registered(self, artifact_id: str, parent_ids: Iterable[str] = ()) -> CatalogEntry:
        """Lock and read one artifact; raise `NotFound` if it is not registered."""
        self.lock([artifact_id], parent_ids)
        entry = self.entry(artifact_id)
        if entry is None or entry.state != "registered":
            raise unknown_artifact(artifact_id)
        return entry

    def put(self, entry: CatalogEntry, of: Origin | None = None, *, revived: bool = False) -> None:
        """Set the new contents of an artifact whose id is locked."""
        self._new[entry.artifact_id] = entry
        self._origins[entry.artifact_id] = of
        if revived:
            self._revived.add(entry.artifact_id)

    def add_missing(self, artifact_ids: Iterable[str]) -> None:
        """Add parents that may be missing, and then become stubs."""
        self._missing.update(artifact_ids)

    def is_unregistered(self, artifact_id: str) -> bool:
        """Return True if a parent, named to `lock`, is unregistered after this transaction."""
        entry = self._new.get(artifact_id) or self._old.get(artifact_id)
        if entry is not None:
            return entry.state == "unregistered"
        return artifact_id in self._old or artifact_id in self._missing or artifact_id in self._stubs

    def was_hidden(self, artifact_id: str) -> bool:
        """Return True if an artifact, named to `lock`, was deleted and had no child before this transaction."""
        return artifact_id in self._hidden

    def entries(self) -> list[CatalogEntry]:
        """Return the new contents of all artifacts that were put."""
        return list(self._new.values())

    def save(self) -> None:
        """Write the new contents and edges; raise `CycleRefused` if an edge closes a cycle."""
        self._end_lives()
        added, removed = self._gained(self._old, self._new), self._gained(self._new, self._old)
        self._add_stubs(added)
        deleted = self._save_artifacts(added)
        self._record(added, removed)
        self.transaction.parents.update(parent for _, parent in (*added, *removed))
        self._link(added, deleted)
        if removed:
            rows = list(map(list, by_child(removed).items()))
            self.transaction.run("lineage/unlink", rows=rows, now=microseconds(self.now))
            self.hide({parent_id for _, parent_id in removed})

    def _record(self, added: Sequence[Edge], removed: Sequence[Edge]) -> None:
        """Record the new contents and edges, for each origin."""
        recorder = self.transaction.changes
        # Most transactions have one origin; a group of requests is small.
        for of in dict.fromkeys(self._origins.values()):
            own = self._new if len(set(self._origins.values())) == 1 else self._of_origin(of)
            recorder.begin(of)
            for artifact_id, entry in own.items():
                recorder.add(entry_items(self._old[artifact_id], entry, artifact_id in self._revived))
            recorder.add(edge_items("edges_removed", (edge for edge in removed if edge[0] in own)))
            recorder.add(edge_items("edges_added", (edge for edge in added if edge[0] in own)))

    def _of_origin(self, of: Origin | None) -> dict[str, CatalogEntry]:
        return {artifact_id: entry for artifact_id, entry in self._new.items() if self._origins[artifact_id] == of}

    def hide(self, artifact_ids: Iterable[str]) -> None:
        """End the edges of those of these artifacts that are deleted and have no child; then look at their parents."""
        ids = sorted(artifact_ids)
        while ids:
            self.transaction.parents.update(ids)
            [row] = self.transaction.run("lineage/hide", ids=ids, now=microseconds(self.now))
            self.transaction.changes.add(edge_items("edges_removed", row["edges"]))
            ids = sorted({parent for _, parent in row["edges"]})

    def _end_lives(self) -> None:
        revived = [i for i in self._new if (old := self._old[i]) is not None and old.state == "deleted"]
        if revived:
            self.transaction.run("artifacts/end_lives", ids=sorted(revived), now=microseconds(self.now))

    def _save_artifacts(self, added: Sequence[Edge]) -> set[str]:
        """Write the new contents, and the edges of new artifacts; return the ids of their deleted parents."""
        self._positions = {artifact_id: place for place, artifact_id in enumerate(self._new)}
        deleted = self._create([e for e in self._new.values() if self._old[e.artifact_id] is None], added)
        known = [(old, e) for e in self._new.values() if (old := self._old[e.artifact_id]) is not None]
        registered = [(old, e) for old, e in known if old.state == "registered"]
        self._run_rows("artifacts/change", registered, self._change)
        self._run_rows("artifacts/update", [pair for pair in known if pair[0].state != "registered"], self._update)
        return deleted

    def _create(self, created: Sequence[CatalogEntry], added: Sequence[Edge]) -> set[str]:
        """Create artifacts and their edges, each edge with the later of the two; return the ids of deleted parents."""
        self.transaction.created.update(entry.artifact_id for entry in created)
        chunk_of = {entry.artifact_id: place // CHUNK for place, entry in enumerate(created)}
        edges: dict[int, list[Edge]] = defaultdict(list)
        for child, parent in added:
            if child in chunk_of:
                edges[max(chunk_of[child], chunk_of.get(parent, 0))].append((child, parent))

        def values(chunk: int) -> dict[str, Any]:
            own = created[chunk * CHUNK : (chunk + 1) * CHUNK]
            others = sorted({end for edge in edges[chunk] for end in edge if chunk_of.get(end) != chunk})
            place = {end: at for at, end in enumerate([*(entry.artifact_id for entry in own), *others])}
            places = [[place[child], place[parent]] for child, parent in edges[chunk]]
            return {"rows": list(map(self._created, own)), "others": others, "edges": places}

        deleted: set[str] = set()
        for made in _ahead(values, range(-(-len(created) // CHUNK))):
            [row] = self.transaction.run("artifacts/create", **made, now=microseconds(self.now))
            if not row["complete"]:
                raise LostRace  # a parent was deleted since it was seen: now it has to become a stub
            deleted.update(row["deleted"])
        return deleted

    def _run_rows(self, name: str, items: Sequence[T], row: Callable[[T], dict[str, object] | None]) -> None:
        """Run a query for the rows of items."""

        def rows(chunk: Sequence[T]) -> list[dict[str, object]]:
            return [each for each in map(row, chunk) if each is not None]

        for made in _ahead(rows, [items[i : i + CHUNK] for i in range(0, len(items), CHUNK)]):
            if made:
                self.transaction.run(name, rows=made)

    def _created(self, entry: CatalogEntry) -> dict[str, object]:
        tickets = [self.transaction.ticket]
        return {"properties": {**self._properties(entry), "changes": tickets}, "labels": labels(entry)}

    def _change(self, states: tuple[CatalogEntry, CatalogEntry]) -> dict[str, object] | None:
        """Return the row that makes a registered artifact what it is now; `None` if it is that already."""
        old, entry = states
        before, after = properties(old), self._properties(entry)
        changed = {name: value for name, value in after.items() if value != before[name]}
        if changed.keys() == {"revision"}:
            return None
        own = {name: changed.pop(name, None) for name in ("terms", "card")}
        return {"id": entry.artifact_id, "properties": changed, **own, **label_change(old, entry)}

    def _update(self, states: tuple[CatalogEntry, CatalogEntry]) -> dict[str, object]:
        old, entry = states
        return {"properties": self._properties(entry), **label_change(old, entry)}

    def _properties(self, entry: CatalogEntry) -> dict[str, object]:
        before = self._old[entry.artifact_id]
        # An artifact that is undeleted keeps its place in the order of registration.
        recorded_before = before is not None and before.recorded_at == entry.recorded_at
        return properties(entry, None if recorded_before else self._positions[entry.artifact_id])

    def _gained(
        self, before: Mapping[str, CatalogEntry | None], after: Mapping[str, CatalogEntry | None]
    ) -> list[Edge]:
        edges = []
        for artifact_id in self._new:
            old, new = before[artifact_id], after[artifact_id]
            known = set(old.parent_ids) if old is not None else set()
            edges += [(artifact_id, p) for p in (new.parent_ids if new is not None else []) if p not in known]
        return edges

    def _add_stubs(self, added: Sequence[Edge]) -> None:
        parents = {parent for _, parent in added} - self._new.keys()
        stubs = sorted(p for p in parents if p in self._missing or (p in self._old and self._old[p] is None))
        if stubs:
            self.transaction.run("artifacts/stubs", rows=[stub(i) for i in stubs])

    def _link(self, added: Sequence[Edge], deleted: set[str]) -> None:
        """Add the edges of artifacts that were there before, and restore those of deleted parents, the given ones too.

        Only such an edge can close a cycle. Two of them, each unseen by the writer of the other, could close one
        together: so these writers go one by one, and look after they have added.
        """
        risky = [edge for edge in added if self._old[edge[0]] is not None]
        if risky:
            self.transaction.run("store/take_locks", names=[LINEAGE_LOCK])
            [row] = self.transaction.run("lineage/link", edges=risky, now=microseconds(self.now))
            if row["added"] != len(risky):
                raise LostRace
            deleted = deleted.union(row["deleted"])
        restored = self.restore(deleted)
        if risky or restored:
            self._refuse_cycles(added if restored else risky)

    def restore(self, deleted: Collection[str]) -> bool:
        """Add the edges that deletion ended to artifacts that became parents; return True if there were any."""
        restored = False
        while deleted:
            self.transaction.run("store/take_locks", names=[LINEAGE_LOCK])
            [row] = self.transaction.run("lineage/ended", ids=sorted(deleted))
            edges = row["edges"]
            if not edges:
                break
            self.transaction.run("artifacts/stubs", rows=[stub(i) for i in sorted({parent for _, parent in edges})])
            [row] = self.transaction.run("lineage/link", edges=edges, now=microseconds(self.now))
            self.transaction.parents.update(parent for _, parent in edges)
            self.transaction.changes.add(edge_items("edges_added", edges))
            restored, deleted = True, row["deleted"]
        return restored

    def _refuse_cycles(self, edges: Sequence[Edge]) -> None:
        [row] = self.transaction.run("lineage/cycles", edges=edges)
        for path in row["ways"]:
            raise cycle_refused([path[-1], *path])


def _ahead(make: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Yield what a function makes of each item; while Neo4j takes one, a thread makes the next."""
    with ThreadPoolExecutor(1) if len(items) > 1 else nullcontext() as pool:
        yield from pool.map(make, items) if pool else map(make, items)
