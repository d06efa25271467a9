"""Copies of the model catalog: its states at all instants, as records, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from catalog_graph.aliases import Alias, AliasMove
from catalog_graph.answers.kept_erasure import StoredErasure
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.composed.copying import Change, take
from catalog_graph.changes.recording import Recorder
from catalog_graph.checks import refuse_batch_cycles
from catalog_graph.copies.intervals import Interval, is_open
from catalog_graph.copies.merging import record_at
from catalog_graph.copies.records import ArtifactRecord, Record, VersionRecord
from catalog_graph.copies.result import Outcome
from catalog_graph.instants import from_microseconds, microseconds, now
from catalog_graph.seals.card import PartKey, SealPart
from tests.support.model_state import ModelState


class ModelCopies(ModelState):
    """Everything as records, and records merged into everything."""

    def _export(self) -> tuple[str, Iterator[Sequence[Record]]]:
        with self._lock:
            records = ModelCopy(self).records()
            artifacts = sorted(records.values(), key=lambda r: (r.state == "deleted", r.entry.recorded_at))
            batches: list[Sequence[Record]] = [
                [VersionRecord(name, last) for name, last in sorted(self._last_number.items())],
                list(self._moves),
                [edge for record in artifacts for edge in record.ended_edges()],
                artifacts,
                [self._seal_store[key] for key in sorted(self._seal_store)],
                self._all_aliases(),
                self.stored_erasures(),
            ]
            return now(), iter(deepcopy(batches))

    def _take(self, records: Sequence[Record]) -> list[Outcome | str]:
        with self._all_or_nothing():
            return take(ModelCopy(self), deepcopy(list(records)))


class ModelCopy:
    """The transaction of a batch."""

    def __init__(self, model: ModelState) -> None:
        self.model = model
        self.changes = Recorder()
        """What the stores record; the model compares its states instead."""

    def artifacts(self, artifact_ids: Iterable[str]) -> dict[str, ArtifactRecord]:
        records = self.records()
        return {artifact_id: records[artifact_id] for artifact_id in artifact_ids if artifact_id in records}

    def save_artifacts(self, changes: Sequence[Change]) -> None:
        records = self.records() | {new.artifact_id: new for _, new in changes}
        bounds = {
            i for r in records.values() for all_ in (r.lives, *r.edges.values()) for life in all_ for i in life[:2]
        }
        instants = sorted(bounds - {""})
        self.model._history = [(microseconds(instant), _known_at(records, instant), {}) for instant in instants]
        self.model._known = _known_at(records, instants[-1]) if instants else {}
        for record in records.values():
            if record.state == "unregistered":
                self.model._known.setdefault(record.artifact_id, record.entry)
            if record.purged:
                self.model._kept.pop(record.artifact_id, None)
                self.model._purged[record.artifact_id] = record.purged_at
            if record.state == "registered":
                self.model._lives[record.artifact_id] = self.model._lives.get(record.artifact_id, 0) + 1
            elif record.state == "deleted" and record.artifact_id not in self.model._purged:
                kept = replace(record.entry, parent_ids=record.kept_parent_ids, state="registered")
                self.model._kept[record.artifact_id] = kept
        changed = [new.artifact_id for _, new in changes]
        refuse_batch_cycles([self.model._known[i] for i in [*changed, *self.model._known] if i in self.model._known])

    def hide(self, artifact_ids: Iterable[str]) -> None:
        """Do nothing: the model hides at the end of each transaction."""

    def forget_changes(self, artifact_id: str) -> None:
        pass

    def forget(self, artifact_id: str, names: Iterable[str], until: str) -> None:
        self.model._forget(artifact_id, list(names))

    def raise_versions(self, last: Mapping[str, int]) -> dict[str, int]:
        before = {name: self.model._last_number.get(name, 0) for name in last}
        self.model._last_number |= {name: max(number, before[name]) for name, number in last.items()}
        return before

    def moves(self, names: Iterable[str]) -> dict[str, list[AliasMove]]:
        all_moves = {name: [move for move in self.model._moves if move.name == name] for name in names}
        return {name: moves for name, moves in all_moves.items() if moves}

    def save_moves(self, name: str, moves: Sequence[AliasMove], known: int) -> None:
        self.model._moves = [move for move in self.model._moves if move.name != name] + list(moves)

    def aliases(self, names: Iterable[str]) -> dict[tuple[str, str], Alias]:
        return {key: alias for key, alias in self.model._aliases.items() if key[0] in set(names)}

    def aliases_of(self, artifact_ids: Iterable[str]) -> list[Alias]:
        return [alias for alias in self.model._all_aliases() if alias.artifact_id in set(artifact_ids)]

    def put_alias(self, alias: Alias) -> None:
        self.model._aliases[alias.name, alias.alias] = alias

    def drop_alias(self, alias: Alias) -> None:
        del self.model._aliases[alias.name, alias.alias]

    def known_seals(self, keys: Iterable[PartKey]) -> set[PartKey]:
        return {key for key in keys if key in self.model._seal_store}

    def save_seals(self, parts: Sequence[SealPart]) -> None:
        self.model._seal_store |= {part.key: part for part in parts}

    def erasure(self, artifact_id: str) -> StoredErasure | None:
        return self.model.stored_erasure(artifact_id)

    def put_erasure(self, erasure: StoredErasure) -> None:
        self.model._erasures[erasure.artifact_id] = erasure

    def records(self) -> dict[str, ArtifactRecord]:
        """Return everything that ever was, from the states at all instants."""
        records: dict[str, ArtifactRecord] = {}
        for instant, known, _ in self.model._history:
            for artifact_id in {**records, **known}:
                stub = CatalogEntry(artifact_id=artifact_id, state="unregistered")
                record = records.setdefault(artifact_id, ArtifactRecord(stub))
                _continue(record, known.get(artifact_id), from_microseconds(instant))
        for artifact_id, entry in self.model._known.items():
            records.setdefault(artifact_id, ArtifactRecord(entry)).entry = entry
        for artifact_id, at in self.model._purged.items():
            entry = CatalogEntry(artifact_id=artifact_id, state="deleted")
            record = records.setdefault(artifact_id, ArtifactRecord(entry))
            record.entry, record.lives, record.whole = replace(record.entry, state="deleted"), [Interval(at, at)], False
        return records


def _continue(record: ArtifactRecord, entry: CatalogEntry | None, at: str) -> None:
    """Extend the record of an artifact by its state from an instant on."""
    registered = entry is not None and entry.state == "registered"
    if entry is not None:
        record.entry = entry
    if registered and entry is not None and not is_open(record.lives):
        record.lives.append(Interval(entry.recorded_at))
    elif not registered and is_open(record.lives):
        record.lives[-1] = record.lives[-1]._replace(end=at)
    parents = entry.parent_ids if entry is not None else []
    for parent in {**record.edges, **dict.fromkeys(parents)}:
        intervals = record.edges.setdefault(parent, [])
        if parent in parents and not is_open(intervals):
            intervals.append(Interval(at))
        elif parent not in parents and is_open(intervals):
            intervals[-1] = intervals[-1]._replace(end=at)


def _known_at(records: Mapping[str, ArtifactRecord], instant: str) -> dict[str, CatalogEntry]:
    known: dict[str, CatalogEntry] = {}
    for artifact_id, record in records.items():
        then = record_at(record, instant)
        if then is not None:
            known[artifact_id] = replace(then.entry)
            for parent in then.edges:
                known.setdefault(parent, CatalogEntry(artifact_id=parent, state="unregistered"))
    return known
