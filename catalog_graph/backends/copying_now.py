"""Taking a copy as of now, where recorded history cannot be set: by the calls that every client may make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog_graph.aliases import Alias
from catalog_graph.artifact import CONTRACT_FIELDS, CatalogEntry, merged, same_json
from catalog_graph.backends.copying import Labelled
from catalog_graph.copies.parts import in_parts
from catalog_graph.copies.records import ArtifactRecord, counted_as
from catalog_graph.copies.result import BadRow, Outcome, TransferResult
from catalog_graph.errors import CatalogError, Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog_graph.backends.base import CatalogBackend

NO_HISTORY = "its history cannot be set here"


class TakingNow:
    """One batch, taken as of now: artifacts are registered and deleted, and aliases set, at this instant."""

    def __init__(
        self,
        backend: CatalogBackend,
        result: TransferResult,
        bad_row: BadRow,
        *,
        by: str = "",
        reason: str = NO_HISTORY,
    ) -> None:
        """Sign moves of aliases with `by`; give `reason` for what cannot be taken."""
        self._backend = backend
        self._result = result
        self._bad_row = bad_row
        self._by = by
        self._reason = reason

    def take(self, batch: Sequence[Labelled]) -> None:
        """Take a batch; leave out what is history alone."""
        artifacts: list[Labelled] = []
        rest: list[Labelled] = []
        for row in batch:
            (artifacts if isinstance(row.record, ArtifactRecord) else rest).append(row)
        deleted = [row for row in artifacts if _state(row) == "deleted"]
        # A tombstone has the edges of its children, which are registered first.
        self._register([row for row in artifacts if _state(row) == "registered"])
        self._delete(deleted)
        for row in artifacts:
            if _state(row) == "unregistered":
                self._result.count("known", "stub")
        for row in rest:
            if isinstance(row.record, Alias):
                self._set_alias(row, row.record)
            else:
                self._leave_out(row, self._reason)

    def _register(self, rows: Sequence[Labelled]) -> None:
        entries = {row.label: _entry(row) for row in rows}
        olds = dict(zip(entries, self._backend.get_many(e.artifact_id for e in entries.values()), strict=True))
        unknown = [row for row in rows if not _is_known(olds[row.label], entries[row.label])]
        for _ in range(len(rows) - len(unknown)):
            self._result.count("known")

        def act(part: Sequence[Labelled]) -> object:
            return self._backend.register_many([entries[row.label] for row in part])

        for part, _ in in_parts(unknown, act, self._leave_out, lambda row: entries[row.label].artifact_id):
            for row in part:
                self._result.count("new" if olds[row.label] is None else "changed")

    def _delete(self, rows: Sequence[Labelled]) -> None:
        for row in rows:
            assert isinstance(row.record, ArtifactRecord)
            try:
                self._result.count(self._deleted(row.record))
            except (CatalogError, InvalidInput, Conflict) as error:
                self._leave_out(row, error.message)

    def _deleted(self, record: ArtifactRecord) -> Outcome:
        artifact_id, entry = record.artifact_id, record.entry
        old = self._backend.get(artifact_id)
        if old is not None and record.purged:
            raise InvalidInput("it was purged; a copy of that needs an API key with the scope admin")
        if old is not None:
            if old.recorded_at > record.lives[-1].end:
                return "known"
            self._backend.delete(artifact_id)
            return "changed"
        if record.purged:
            return "known"
        known = self._backend.neighbours(artifact_id)
        if known is not None and (known.artifact.artifact_id, known.artifact.state) == (artifact_id, "deleted"):
            return "known"
        if not entry.name or not entry.artifact_type:
            raise InvalidInput("it is deleted, and only its id is kept")
        self._backend.register_many([_bare(entry)])
        self._backend.delete(artifact_id)
        return "new"

    def _set_alias(self, row: Labelled, alias: Alias) -> None:
        before = self._backend.alias(alias.name, alias.alias)
        if before == alias.artifact_id:
            self._result.count("known", "alias")
            return
        try:
            self._backend.set_alias(alias.name, alias.alias, alias.artifact_id, by=self._by or alias.by, exact=True)
        except (InvalidInput, NotFound, Conflict) as error:
            self._leave_out(row, error.message)
        else:
            self._result.count("new" if before is None else "changed", "alias")

    def _leave_out(self, row: Labelled, reason: str) -> None:
        self._result.leave_out(row.label, reason, self._bad_row, counted_as(row.record))


def _state(row: Labelled) -> str:
    assert isinstance(row.record, ArtifactRecord)
    return row.record.state


def _entry(row: Labelled) -> CatalogEntry:
    assert isinstance(row.record, ArtifactRecord)
    return row.record.entry


def _bare(entry: CatalogEntry) -> CatalogEntry:
    return replace(entry, state="registered", recorded_at="")


def _is_known(old: CatalogEntry | None, entry: CatalogEntry) -> bool:
    if old is None:
        return False
    both = merged(old, entry, "")
    return all(same_json(both[name], old[name]) for name in CONTRACT_FIELDS)
