"""Taking the records of a copy: one transaction a batch, merged as `copies.merging` says, on every store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from catalog_graph.aliases import Alias, AliasMove
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, same_json
from catalog_graph.backends.copying import CopyInterface, Labelled
from catalog_graph.backends.copying_now import TakingNow
from catalog_graph.changes.recording import Item, Recorder, edge_items, entry_items, item, move_item
from catalog_graph.checks import refuse_batch_cycles
from catalog_graph.copies.intervals import is_open
from catalog_graph.copies.merging import merged_record
from catalog_graph.copies.parts import in_parts
from catalog_graph.copies.records import ArtifactRecord, EdgeRecord, Record, VersionRecord, counted_as
from catalog_graph.copies.result import BadRow, Outcome, TransferResult
from catalog_graph.seals.card import SealPart

if TYPE_CHECKING:
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.seals.card import PartKey

Change = tuple[ArtifactRecord | None, ArtifactRecord]
"""A record as the store has it, and as it is to be."""
_FOREVER = "9999-12-31T23:59:59.999999+00:00"


class StoreCopying(CopyInterface, ABC):
    """Copies into a store, one transaction a batch."""

    @abstractmethod
    def _take(self, records: Sequence[Record]) -> list[Outcome | str]:
        """Take records in one transaction, all or none, see `take`. Raises `CycleRefused`, `InvalidInput`."""

    def _import_now(self, records: Sequence[Labelled], by: str, result: TransferResult, bad_row: BadRow) -> None:
        TakingNow(cast("CatalogBackend", self), result, bad_row, by=by).take(records)

    def _import(self, records: Sequence[Labelled], result: TransferResult, bad_row: BadRow) -> None:
        def leave_out(row: Labelled, reason: str) -> None:
            result.leave_out(row.label, reason, bad_row, counted_as(row.record))

        def act(part: Sequence[Labelled]) -> list[Outcome | str]:
            return self._take([row.record for row in part])

        for part, outcomes in in_parts(records, act, leave_out, _artifact_id):
            for row, outcome in zip(part, outcomes, strict=True):
                if outcome in ("new", "known", "changed"):
                    result.count(cast("Outcome", outcome), counted_as(row.record))
                else:
                    leave_out(row, outcome)


def _artifact_id(row: Labelled) -> str:
    return row.record.artifact_id if isinstance(row.record, ArtifactRecord) else ""


class CopyTransaction(Protocol):
    """The reads and writes of a store in the transaction of one batch."""

    @property
    def changes(self) -> Recorder:
        """Collects the changes of the transaction."""

    def artifacts(self, artifact_ids: Iterable[str]) -> dict[str, ArtifactRecord]:
        """Return the records of the known ones of these ids."""

    def save_artifacts(self, changes: Sequence[Change]) -> None:
        """Store records; unknown parents become stubs. Raises `CycleRefused`."""

    def hide(self, artifact_ids: Iterable[str]) -> None:
        """End the edges of those of these artifacts that are deleted and have no child; then look at their parents."""

    def forget_changes(self, artifact_id: str) -> None:
        """Remove the content of an artifact from the change record."""

    def forget(self, artifact_id: str, names: Iterable[str], until: str) -> None:
        """Remove what was kept until a purge beside the record: moves of aliases, events, receipts, counters."""

    def raise_versions(self, last: Mapping[str, int]) -> dict[str, int]:
        """Raise the last numbers of names that are lower, and return the numbers before, 0 for none."""

    def moves(self, names: Iterable[str]) -> dict[str, list[AliasMove]]:
        """Return the history of the aliases of names, oldest first."""

    def save_moves(self, name: str, moves: Sequence[AliasMove], known: int) -> None:
        """Store the history of a name, of which the first `known` moves are stored already."""

    def aliases(self, names: Iterable[str]) -> dict[tuple[str, str], Alias]:
        """Return the present aliases of names."""

    def aliases_of(self, artifact_ids: Iterable[str]) -> list[Alias]:
        """Return the aliases that artifacts hold."""

    def put_alias(self, alias: Alias) -> None:
        """Set an alias, in place of its present holder."""

    def drop_alias(self, alias: Alias) -> None:
        """Unset an alias that is set."""

    def known_seals(self, keys: Iterable[PartKey]) -> set[PartKey]:
        """Return those of these keys of parts of seals that are stored."""

    def save_seals(self, parts: Sequence[SealPart]) -> None:
        """Store parts of seals."""

    def erasure(self, artifact_id: str) -> StoredErasure | None:
        """Return the worklist that is kept of what must go with an artifact, if there is one."""

    def put_erasure(self, erasure: StoredErasure) -> None:
        """Keep a worklist, in place of the one that is kept."""


def take(transaction: CopyTransaction, records: Sequence[Record]) -> list[Outcome | str]:
    """Take a batch of records, and return the outcome of each, or the reason why it is left out."""
    batch = _Batch(transaction, records)
    batch.take_versions()
    batch.take_moves()
    batch.take_artifacts()
    batch.take_seals()
    batch.take_aliases()
    batch.take_erasures()
    return [batch.outcomes[position] for position in range(len(records))]


class _Batch:
    def __init__(self, transaction: CopyTransaction, records: Sequence[Record]) -> None:
        self._transaction = transaction
        self._records = records
        self.outcomes: dict[int, Outcome | str] = {}

    def take_versions(self) -> None:
        """Raise the last numbers of versions."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, VersionRecord)}
        if positions:
            last: dict[str, int] = {}
            for record in positions.values():
                last[record.name] = max(record.last, last.get(record.name, 0))
            before = self._transaction.raise_versions(last)
            for position, record in positions.items():
                number = before[record.name]
                self.outcomes[position] = "known" if number >= record.last else "changed" if number else "new"
            if any(number < last[name] for name, number in before.items()):
                self._record_past()

    def take_moves(self) -> None:
        """Add moves to the histories, in the order of their instants; an alias that a later one unset is unset."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, AliasMove)}
        if not positions:
            return
        names = list(dict.fromkeys(move.name for move in positions.values()))
        histories, aliases = self._transaction.moves(names), self._transaction.aliases(names)
        new: dict[str, list[AliasMove]] = {}
        known = {move for moves in histories.values() for move in moves}
        ids = {i for move in positions.values() if move not in known for i in (move.before, move.after) if i}
        purges = {i: record.purged_at for i, record in self._transaction.artifacts(ids).items()} if ids else {}
        for position, move in positions.items():
            gone = [i for i in (move.before, move.after) if i and move not in known and purges.get(i, "") >= move.at]
            if gone:
                self.outcomes[position] = _purged(gone[0])
                continue
            self.outcomes[position] = "known" if move in known else "new"
            if move not in known:
                known.add(move)
                new.setdefault(move.name, []).append(move)
        for name, moves in new.items():
            together = self._save(name, histories.get(name, []), moves)
            self._record_past()
            last = {move.alias: move for move in together}
            for alias in {move.alias for move in moves}:
                holder = aliases.get((name, alias))
                if holder and last[alias].after is None and last[alias].at >= holder.at:
                    self._drop(holder, last[alias])

    def take_artifacts(self) -> None:
        """Merge artifacts and edges, one record after the other."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, ArtifactRecord | EdgeRecord)}
        if not positions:
            return
        news = {position: _as_artifact(record) for position, record in positions.items()}
        stored = self._transaction.artifacts(dict.fromkeys(record.artifact_id for record in news.values()))
        present = dict(stored)
        for position, new in news.items():
            old = present.get(new.artifact_id)
            both = merged_record(old, new)
            if old is not None and _is_purged_here(old, new, both):
                self.outcomes[position] = _purged(new.artifact_id)
                continue
            present[new.artifact_id] = both
            if old is None:
                self.outcomes[position] = "new"
            else:
                self.outcomes[position] = "known" if same(old, both) else _change(old, both, positions[position])
        changes = [(stored.get(i), new) for i, new in present.items() if i not in stored or not same(stored[i], new)]
        self._release(changes)
        purges = [(old, new) for old, new in changes if old is not None and new.purged_at > old.purged_at]
        for _, new in purges:
            self._transaction.forget_changes(new.artifact_id)
            self._transaction.changes.purge(new.artifact_id)
        if changes:
            refuse_batch_cycles([new.entry for _, new in changes])
            for old, new in changes:
                self._transaction.changes.add(copied_items(old, new))
            self._transaction.save_artifacts(changes)
        if left := {i for new in news.values() for i in _perhaps_left(new, present[new.artifact_id])}:
            self._transaction.hide(left)
        for old, new in purges:
            # An earlier life may have lost its aliases here after the purge.
            until = min((life.start for life in new.lives if life.start > new.purged_at), default=_FOREVER)
            self._transaction.forget(new.artifact_id, old.names - new.names, until)

    def take_seals(self) -> None:
        """Keep the parts of seals that are not kept, of artifacts that are known and were not purged since."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, SealPart)}
        if not positions:
            return
        kept = self._transaction.known_seals(part.key for part in positions.values())
        holders = self._transaction.artifacts({part.card.artifact_id for part in positions.values()})
        new: dict[PartKey, SealPart] = {}
        for position, part in positions.items():
            holder = holders.get(part.card.artifact_id)
            if part.key in kept:
                self.outcomes[position] = "known"
            elif holder is None or not holder.lives:
                self.outcomes[position] = f"{part.card.artifact_id!r} is not registered"
            elif holder.purged_at >= part.card.sealed_at:
                self.outcomes[position] = _purged(part.card.artifact_id)
            else:
                self.outcomes[position] = "known" if part.key in new else "new"
                new[part.key] = part
        self._transaction.save_seals(list(new.values()))
        self._transaction.changes.add(
            item("sealed", p.card.artifact_id, p.card.digest) for p in new.values() if not p.part
        )

    def take_erasures(self) -> None:
        """Merge worklists: all items, and the first mark of each."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, StoredErasure)}
        for position, record in positions.items():
            old = self._transaction.erasure(record.artifact_id)
            both = record if old is None else old.merged(record)
            self.outcomes[position] = "new" if old is None else "known" if _same_erasure(old, both) else "changed"
            if self.outcomes[position] != "known":
                self._transaction.put_erasure(both)

    def take_aliases(self) -> None:
        """Set the aliases whose last move is not older than the one that set them here."""
        positions = {p: r for p, r in enumerate(self._records) if isinstance(r, Alias)}
        if not positions:
            return
        names = list(dict.fromkeys(alias.name for alias in positions.values()))
        histories, aliases = self._transaction.moves(names), self._transaction.aliases(names)
        holders = self._transaction.artifacts({alias.artifact_id for alias in positions.values()})
        for position, alias in positions.items():
            moves = histories.setdefault(alias.name, [])
            before = aliases.get((alias.name, alias.alias))
            last = next((move for move in reversed(moves) if move.alias == alias.alias), None)
            holder = holders.get(alias.artifact_id)
            if before == alias or _is_superseded(alias, before, last):
                self.outcomes[position] = "known"
            elif holder is None or holder.state != "registered":
                # Its name may have changed since it got the alias.
                self.outcomes[position] = f"{alias.artifact_id!r} is not registered"
            else:
                self.outcomes[position] = "changed" if before else "new"
                self._transaction.put_alias(alias)
                self._transaction.changes.add([move_item(_move_to(alias, before))])
                aliases[alias.name, alias.alias] = alias
                if (last is None) or (last.after, last.at) != (alias.artifact_id, alias.at):
                    histories[alias.name] = self._save(alias.name, moves, [_move_to(alias, before)])

    def _release(self, changes: Sequence[Change]) -> None:
        """Unset the aliases of artifacts that the copy deletes, and those from before a purge."""
        known = [(old, new) for old, new in changes if old is not None]
        deleted_at = {new.artifact_id: new.lives[-1].end for _, new in known if new.lives and new.lives[-1].end}
        purged_at = {new.artifact_id: new.purged_at for old, new in known if new.purged_at > old.purged_at}
        for alias in self._transaction.aliases_of({**purged_at, **deleted_at}):
            if alias.artifact_id not in deleted_at and alias.at > purged_at[alias.artifact_id]:
                continue
            ended_at = deleted_at.get(alias.artifact_id) or purged_at[alias.artifact_id]
            at = max(ended_at, alias.at)
            move = AliasMove(alias.name, alias.alias, alias.artifact_id, None, "", at)
            self._drop(alias, move)
            self._save(alias.name, self._transaction.moves([alias.name]).get(alias.name, []), [move])

    def _drop(self, alias: Alias, move: AliasMove) -> None:
        self._transaction.drop_alias(alias)
        self._transaction.changes.add([move_item(replace(move, before=alias.artifact_id))])

    def _record_past(self) -> None:
        """Record that the past of a name was taken: moves of its aliases, the last number of its versions.

        The name is not recorded: an artifact that had it may be purged later.
        """
        self._transaction.changes.add([item("copied", None, None)])

    def _save(self, name: str, old: list[AliasMove], new: list[AliasMove]) -> list[AliasMove]:
        """Store new moves of a name, and return its whole history."""
        first = min(move.at for move in new)
        known = next((i for i, move in enumerate(old) if move.at > first), len(old))
        together = [*old[:known], *sorted([*old[known:], *new], key=lambda move: move.at)]
        self._transaction.save_moves(name, together, known)
        return together


def _is_purged_here(old: ArtifactRecord, new: ArtifactRecord, both: ArtifactRecord) -> bool:
    """Return True if a record is of the time before a purge, or a new edge of an artifact that is purged."""
    if not new.lives:
        return old.purged and not same(old, both)
    return new.lives[-1].start < old.purged_at and not new.purged


def _purged(artifact_id: str) -> str:
    return f"{artifact_id!r} was purged here, and a copy does not bring it back"


def same(left: ArtifactRecord, right: ArtifactRecord) -> bool:
    """Return True if two records of one artifact say the same."""
    return (
        left.lives == right.lives
        and (not left.lives or left.entry.recorded_at == right.entry.recorded_at)
        and left.edges == right.edges
        and (left.position, left.whole) == (right.position, right.whole)
        and all(same_json(left.entry[name], right.entry[name]) for name in CONTRACT_FIELDS)
    )


def copied_items(old: ArtifactRecord | None, new: ArtifactRecord) -> Iterator[Item]:
    """Yield what changes when a copy brings an artifact; a past that changes nothing present is `copied`."""
    items = [*_state_items(old, new)]
    before, after = ([p for p, all_ in each.edges.items() if is_open(all_)] if each else [] for each in (old, new))
    items += edge_items("edges_removed", ((new.artifact_id, p) for p in before if p not in after))
    items += edge_items("edges_added", ((new.artifact_id, p) for p in after if p not in before))
    yield from items or [item("copied", new.artifact_id, None)]


def _state_items(old: ArtifactRecord | None, new: ArtifactRecord) -> Iterator[Item]:
    if new.state == "registered":
        yield from entry_items(old.entry if old is not None and old.state == "registered" else None, new.entry)
    elif new.purged:
        # Of one that was known, the recorder has added it.
        if old is None:
            yield item("purged", new.artifact_id)
    elif new.state == "deleted" and (old is None or old.state != "deleted"):
        yield item("deleted", new.artifact_id)


def _as_artifact(record: ArtifactRecord | EdgeRecord) -> ArtifactRecord:
    if isinstance(record, ArtifactRecord):
        return record
    return ArtifactRecord(
        CatalogEntry(artifact_id=record.child, state="unregistered"), edges={record.parent: [record.interval]}
    )


def _change(old: ArtifactRecord, new: ArtifactRecord, record: ArtifactRecord | EdgeRecord) -> Outcome:
    """Return `changed` for an edge that ended here, and for an artifact that was registered before, else `new`."""
    if isinstance(record, EdgeRecord):
        was_open, stays = (is_open(each.edges.get(record.parent, [])) for each in (old, new))
        return "changed" if was_open and not stays else "new"
    return "changed" if old.lives else "new"


def _perhaps_left(new: ArtifactRecord, both: ArtifactRecord) -> Iterator[str]:
    """Yield ids that may be of deleted artifacts without a child, once `new` is taken and makes `both`.

    An artifact is copied before its children: they tell that it has none left, where the original is deleted and has
    one. Any other original that is deleted here loses its edges, until a child comes.
    """
    yield from (parent for parent, intervals in both.edges.items() if not is_open(intervals))
    has_child = new.state == "deleted" and any(map(is_open, new.edges.values()))
    if both.state == "deleted" and not has_child:
        yield new.artifact_id


def _same_erasure(left: StoredErasure, right: StoredErasure) -> bool:
    return left[:4] == right[:4] and set(left.items) == set(right.items)


def _is_superseded(alias: Alias, before: Alias | None, last: AliasMove | None) -> bool:
    if before is not None:
        return before.at > alias.at or (before.at == alias.at and before.artifact_id == alias.artifact_id)
    return last is not None and last.after is None and last.at >= alias.at


def _move_to(alias: Alias, before: Alias | None) -> AliasMove:
    return AliasMove(
        alias.name, alias.alias, before.artifact_id if before else None, alias.artifact_id, alias.by, alias.at
    )
