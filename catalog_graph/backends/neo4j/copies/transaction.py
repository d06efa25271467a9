"""The transaction in which the graph takes one batch of a copy, see `composed.copying.CopyTransaction`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from catalog_graph.aliases import Alias, AliasMove, alias_of, move_of
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.artifact import version_number
from catalog_graph.backends.composed.copying import Change
from catalog_graph.backends.neo4j.artifacts import purging, seals
from catalog_graph.backends.neo4j.copies.reading import Stored, stored
from catalog_graph.backends.neo4j.store import change_record, erasures
from catalog_graph.backends.neo4j.store.bolt import BoltTransaction
from catalog_graph.backends.neo4j.store.failures import LostRace
from catalog_graph.backends.neo4j.store.records import (
    card_end,
    label_change,
    labels,
    new_revision,
    properties,
    purged,
    sort_id,
    stub,
    tombstone,
)
from catalog_graph.backends.neo4j.store.transaction import LINEAGE_LOCK, Changes
from catalog_graph.checks import cycle_refused
from catalog_graph.copies.intervals import is_open
from catalog_graph.copies.records import ArtifactRecord
from catalog_graph.instants import microseconds
from catalog_graph.query.index import alias_terms
from catalog_graph.query.text import SEPARATOR
from catalog_graph.seals.card import PartKey, SealPart


class Neo4jCopy:
    """Reads and writes of one batch."""

    def __init__(self, transaction: BoltTransaction) -> None:
        self._transaction = transaction
        self.changes = transaction.changes
        self._stored: dict[str, Stored] = {}
        self._locked: set[str] = set()
        """Ids of artifacts that no other writer changes any more."""
        transaction.run("store/take_locks", names=["aliases", LINEAGE_LOCK])

    # ---- artifacts and edges

    def artifacts(self, artifact_ids: Iterable[str]) -> dict[str, ArtifactRecord]:
        """Return the records of the known ones of these ids."""
        known = stored(self._transaction, artifact_ids)
        self._stored |= known
        return {artifact_id: each.record for artifact_id, each in known.items()}

    def save_artifacts(self, changes: Sequence[Change]) -> None:
        """Store records; unknown parents become stubs. Raises `CycleRefused`."""
        self._lock([new.artifact_id for old, new in changes if old is not None])
        created = [new for old, new in changes if old is None]
        rows = [{"properties": _properties(new), "labels": labels(new.entry)} for new in created]
        self._run_rows("artifacts/create", rows, others=[], edges=[], now=0)
        updated = [_update(old, new) for old, new in changes if old is not None and (old.lives or new.lives)]
        self._run_rows("artifacts/update", updated)
        if lived := [new for old, new in changes if _has_earlier(old) or _has_earlier(new)]:
            self._transaction.run("copies/lives", rows=[[new.artifact_id, _lives(new)] for new in lived])
        self._save_edges([(old, new) for old, new in changes if (old.edges if old else {}) != new.edges])
        self._restore_edges([new for _, new in changes if new.state == "deleted"])
        self.raise_versions(_last_versions(changes))

    def hide(self, artifact_ids: Iterable[str]) -> None:
        """End the edges of those of these artifacts that are deleted and have no child; then look at their parents."""
        Changes(self._transaction).hide(artifact_ids)

    def forget_changes(self, artifact_id: str) -> None:
        """Remove the content of an artifact from the change record."""
        change_record.purge(self._transaction, artifact_id)

    def forget(self, artifact_id: str, names: Iterable[str], until: str) -> None:
        """Remove what was kept until a purge beside the record: moves of aliases, events, receipts, counters."""
        purging.forget(self._transaction, artifact_id, sorted(names), microseconds(until))

    def _restore_edges(self, deleted: Sequence[ArtifactRecord]) -> None:
        """Restore the edges of artifacts that were hidden where they were copied from, and have a child here."""
        if not deleted:
            return
        changes = Changes(self._transaction)
        changes.lock(record.artifact_id for record in deleted)
        parents = [record for record in deleted if not changes.was_hidden(record.artifact_id)]
        if changes.restore([record.artifact_id for record in parents]):
            edges = [(record.artifact_id, parent) for record in parents for parent in record.kept_parent_ids]
            [row] = self._transaction.run("lineage/cycles", edges=edges)
            for way in row["ways"]:
                raise cycle_refused([way[-1], *way])

    def _lock_stored(self, artifact_id: str) -> None:
        """Lock an artifact that was read, before anything of it is changed."""
        if artifact_id in self._stored:
            self._lock([artifact_id])

    def _lock(self, artifact_ids: Sequence[str]) -> None:
        """Lock artifacts; raise `LostRace` if another writer has changed one since it was read."""
        if new := sorted(set(artifact_ids) - self._locked):
            self._locked.update(new)
            [row] = self._transaction.run("copies/lock", ids=new)
            if any(self._stored[artifact_id].revision != revision for artifact_id, revision in row["revisions"]):
                raise LostRace

    def _save_edges(self, changes: Sequence[Change]) -> None:
        rows: list[list[Any]] = [
            [new.artifact_id, parent, microseconds(each.start), microseconds(each.end) if each.end else None]
            for _, new in changes
            for parent, intervals in new.edges.items()
            for each in intervals
        ]
        parents = sorted({row[1] for row in rows} - self._stored.keys())
        self._run_rows("artifacts/stubs", [stub(parent) for parent in parents])
        if before := [old.artifact_id for old, _ in changes if old is not None and old.edges]:
            self._transaction.run("copies/unlink", ids=before)
        restored: set[str] = set()
        if rows:
            [row] = self._transaction.run("copies/link", edges=rows)
            if row["added"] != len(rows):
                raise LostRace
            self._transaction.parents.update(parent for _, parent, _, end in rows if end is None)
            if row["deleted"] and Changes(self._transaction).restore(row["deleted"]):
                restored.update(row["deleted"])
        # Only an edge of a child that was there before can close a cycle with edges outside the batch, and one to a
        # deleted artifact that derives from its parents again.
        risky = [
            (new.artifact_id, parent)
            for old, new in changes
            for parent in new.entry.parent_ids
            if parent in restored or (old is not None and not is_open(old.edges.get(parent, [])))
        ]
        if risky:
            [row] = self._transaction.run("lineage/cycles", edges=risky)
            for way in row["ways"]:
                raise cycle_refused([way[-1], *way])

    def _run_rows(self, name: str, rows: Sequence[Mapping[str, Any]], **values: Any) -> None:
        if rows:
            self._transaction.run(name, rows=list(rows), **values)

    # ---- versions and aliases

    def raise_versions(self, last: Mapping[str, int]) -> dict[str, int]:
        """Raise the last numbers of names that are lower, and return the numbers before, 0 for none."""
        names = sorted(last)
        if not names:
            return {}
        counts = [{"name": name, "more": 0, "least": last[name]} for name in names]
        [row] = self._transaction.run("store/count_versions", counts=counts)
        return dict(zip(names, row["before"], strict=True))

    def moves(self, names: Iterable[str]) -> dict[str, list[AliasMove]]:
        """Return the history of the aliases of names, oldest first."""
        histories: dict[str, list[AliasMove]] = {}
        [row] = self._transaction.run("copies/moves", names=sorted(set(names)))
        for move in map(move_of, row["moves"]):
            histories.setdefault(move.name, []).append(move)
        return histories

    def save_moves(self, name: str, moves: Sequence[AliasMove], known: int) -> None:
        """Store the history of a name, of which the first `known` moves are stored already."""
        self._transaction.run("copies/forget_moves", name=name, known=known)
        rows = [[m.name, m.alias, m.before, m.after, m.by, microseconds(m.at)] for m in moves[known:]]
        self._transaction.run("copies/record_moves", moves=rows)

    def aliases(self, names: Iterable[str]) -> dict[tuple[str, str], Alias]:
        """Return the present aliases of names."""
        return {(alias.name, alias.alias): alias for alias in self._aliases(names, ())}

    def aliases_of(self, artifact_ids: Iterable[str]) -> list[Alias]:
        """Return the aliases that artifacts hold."""
        ids = list(artifact_ids)
        return self._aliases((), ids) if ids else []

    def put_alias(self, alias: Alias) -> None:
        """Set an alias, in place of its present holder."""
        self._lock_stored(alias.artifact_id)
        before = self.aliases([alias.name]).get((alias.name, alias.alias))
        if before is not None:
            self.drop_alias(before)
        self._transaction.run(
            "aliases/give",
            sort_name=sort_id(alias.name),
            alias=alias.alias,
            name=alias.name,
            artifact_id=alias.artifact_id,
            terms=alias_terms([alias.alias]),
            card_end=card_end([alias.alias]),
            by=alias.by,
            now=microseconds(alias.at),
            revision=new_revision(),
        )

    def drop_alias(self, alias: Alias) -> None:
        """Unset an alias that is set."""
        self._lock_stored(alias.artifact_id)
        others = [each.alias for each in self.aliases_of([alias.artifact_id]) if each != alias]
        self._transaction.run(
            "aliases/take",
            sort_name=sort_id(alias.name),
            alias=alias.alias,
            terms=alias_terms(others),
            card_end=card_end(others),
            revision=new_revision(),
        )

    def known_seals(self, keys: Iterable[PartKey]) -> set[PartKey]:
        """Return those of these keys of parts of seals that are stored."""
        return seals.known(self._transaction, keys)

    def save_seals(self, parts: Sequence[SealPart]) -> None:
        """Store parts of seals."""
        seals.save(self._transaction, parts)

    # ---- worklists

    def erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept of what must go with an artifact."""
        erasures.lock(self._transaction)
        return erasures.erasure(self._transaction, artifact_id)

    def put_erasure(self, erasure: StoredErasure) -> None:
        """Keep a worklist, in place of the one that is kept."""
        erasures.put(self._transaction, erasure)

    def _aliases(self, names: Iterable[str], artifact_ids: Iterable[str]) -> list[Alias]:
        sort_names = sorted({sort_id(name) for name in names})
        [row] = self._transaction.run("copies/aliases", sort_names=sort_names, artifact_ids=sorted(set(artifact_ids)))
        return [alias_of(alias) for alias in row["aliases"]]


def _properties(record: ArtifactRecord) -> dict[str, Any]:
    if record.state == "registered":
        return properties(record.entry, record.position)
    if not record.lives:
        return stub(record.artifact_id)
    entry = replace(record.entry, parent_ids=record.kept_parent_ids)
    if record.purged:
        return purged(record.artifact_id, entry.parent_ids, microseconds(record.purged_at))
    kept = {} if record.whole else {"kept": None}
    return {**tombstone(entry, microseconds(record.lives[-1].end)), "position": record.position, **kept}


def _has_earlier(record: ArtifactRecord | None) -> bool:
    return record is not None and len(record.lives) > 1


def _lives(record: ArtifactRecord) -> list[list[Any]]:
    """Return the earlier lives as `copies/lives` takes them."""
    entry = record.entry
    own = (entry.name, entry.artifact_type, entry.version, entry.created_at)
    rows: list[list[Any]] = []
    for life, after in pairwise(record.lives):
        name, artifact_type, version, created_at = life.card or own
        card = SEPARATOR.join((record.artifact_id, name, artifact_type, version or "", created_at, "deleted"))
        rows.append([microseconds(life.start), microseconds(life.end), microseconds(after.start), card])
    return rows


def _update(old: ArtifactRecord, new: ArtifactRecord) -> dict[str, Any]:
    return {"properties": _properties(new), **label_change(old.entry, new.entry)}


def _last_versions(changes: Sequence[Change]) -> dict[str, int]:
    last: dict[str, int] = {}
    for _, new in changes:
        number = version_number(new.entry.version) if new.lives else None
        if number:
            last[new.entry.name] = max(number, last.get(new.entry.name, 0))
    return last
