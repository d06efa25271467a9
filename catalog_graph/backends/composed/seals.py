"""Seals over a store: the statement is made of one state, and kept with all its parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from catalog_graph.backends.composed.changes import StoreChanges
from catalog_graph.backends.composed.promotion import StorePromotion
from catalog_graph.backends.seals import StatementRequest
from catalog_graph.changes.reading import RecordRange, changes_behind
from catalog_graph.errors import AliasConflict, Conflict, InvalidInput
from catalog_graph.instants import now

if TYPE_CHECKING:
    from catalog_graph.artifact import CatalogEntry
    from catalog_graph.seals.ancestry import Ancestor, Ancestry
    from catalog_graph.seals.card import SealCard, SealPart
    from catalog_graph.seals.envelope import Envelope
    from catalog_graph.seals.statement import Statement, Writer


_NOT_SEALED = ("alias_moved", "promoted", "sealed")
"""Kinds of changes that no seal shows."""
_AT_A_TIME = 100


class StoreSeals(StorePromotion, StoreChanges, ABC):
    """Statements about ancestries, and kept seals."""

    # ---- primitives

    @abstractmethod
    def _save_seal(self, parts: Sequence[SealPart]) -> None:
        """Keep the parts of a seal that is not kept yet. Raises `NotFound` if its artifact is not registered."""

    @abstractmethod
    def _seal_cards(self, artifact_id: str, limit: int) -> list[SealCard]:
        """Return the newest whole seals of an id; those of one instant by digest."""

    @abstractmethod
    def _seal_parts(self, artifact_id: str, digest: str) -> list[SealPart]:
        """Return the parts of a seal, in order; none unless all are there."""

    @abstractmethod
    def ancestors(self, artifact_id: str) -> Iterator[Ancestor]:
        """Yield an artifact (an exact id) and everything upstream of it, each once, in any order. Raises `NotFound`.

        Nothing in memory grows with their number.
        """

    def entries_to_seal(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered.

        A store that would keep what it reads in memory overrides it.
        """
        return self.get_many(artifact_ids)

    # ---- the interface

    def _write_statement(self, file: Writer, artifact_id: str, request: StatementRequest) -> Statement:
        return self._for_reference(artifact_id, lambda own_id: self._write_statement_of(file, own_id, request))

    def _write_statement_of(self, file: Writer, artifact_id: str, request: StatementRequest) -> Statement:
        from catalog_graph.seals.ancestry import Ancestry, changed_meanwhile
        from catalog_graph.seals.statement import Approval, write_statement

        entry = self._candidate(artifact_id)
        number = self._record_bounds().last
        ancestry = Ancestry(self, artifact_id)
        if not request.allow_unregistered:
            ancestry.require_registered()
        report = (
            None
            if request.policy is None
            else self._report(entry, request.policy, request.alias, self._held_by(entry, request.alias))
        )
        if report is not None and not report.passed:
            raise Conflict(f"the policy {report.policy!r} does not pass for {artifact_id!r}, so nothing is sealed")
        approval = Approval(
            request.by,
            now(),
            request.alias,
            None if request.policy is None else request.policy.to_dict(),
            None if report is None else report.to_dict(),
            ancestry.unregistered,
        )
        statement = write_statement(file, ancestry.nodes(), approval)
        if self._changed_since(number, ancestry):
            raise changed_meanwhile(artifact_id)
        return statement

    def _changed_since(self, number: int, ancestry: Ancestry) -> bool:
        """Return True if the record has a change of an ancestry behind a transaction, or may have had one."""
        bounds = self._record_bounds()
        if bounds.last == number:
            return False
        span = RecordRange(number + 1, bounds.last, newest=False, limit=_AT_A_TIME)
        changes = (change for _, change in changes_behind(span, None, _AT_A_TIME, self._recorded))
        changed = (change.artifact_id or "" for change in changes if change.kind not in _NOT_SEALED)
        batches = iter(lambda: list(islice(changed, _AT_A_TIME)), [])
        return bounds.first > number + 1 or any(map(ancestry.has_any, batches))

    def _keep_seal(self, envelope: Envelope, card: SealCard) -> None:
        from catalog_graph.seals.parts import parts_of

        self._save_seal(parts_of(envelope, card))

    def _seals(self, artifact_id: str, limit: int) -> list[SealCard]:
        return self._seal_cards(self._id_of(artifact_id), limit)

    def _seal(self, artifact_id: str, digest: str) -> Envelope | None:
        from catalog_graph.seals.parts import joined

        parts = self._seal_parts(self._id_of(artifact_id), digest)
        return joined(parts) if parts else None

    def _parts_to_promote(self, seal: Envelope | None, artifact_id: str, alias: str) -> Sequence[SealPart]:
        from catalog_graph.seals.ancestry import Ancestry
        from catalog_graph.seals.card import SealCard
        from catalog_graph.seals.parts import parts_of
        from catalog_graph.seals.records import roots_of
        from catalog_graph.seals.statement import read_statement

        if seal is None:
            return ()
        statement = read_statement(seal.payload, keep=False)
        if (statement.artifact_id, statement.approval.alias) != (artifact_id, alias):
            raise InvalidInput(
                f"seal is one of {statement.artifact_id!r} for the alias {statement.approval.alias!r}, not of "
                f"{artifact_id!r} for {alias!r}",
                field="seal",
            )
        if roots_of(Ancestry(self, artifact_id).nodes()) != (statement.root, statement.claims_root):
            raise AliasConflict(
                f"the lineage of {artifact_id!r} changed since it was sealed; seal it again",
                alias=alias,
                artifact_id=artifact_id,
            )
        return parts_of(seal, SealCard.of(seal, statement))
