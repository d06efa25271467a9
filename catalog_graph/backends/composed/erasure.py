"""Worklists of what must go with an artifact, over the primitives of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalog_graph.answers.kept_erasure import StoredErasure, StoredItem
from catalog_graph.backends.composed.answers import StoreAnswers
from catalog_graph.backends.erasure import ErasureInterface
from catalog_graph.errors import NotFound
from catalog_graph.instants import microseconds, now

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure, KeptErasure


class StoreErasure(StoreAnswers, ErasureInterface, ABC):
    """Worklists that a store keeps; what is new is found at each reading, and kept at the next change."""

    # ---- primitives

    @abstractmethod
    def stored_erasures(self) -> list[StoredErasure]:
        """Return the worklists that are kept, with their items, in any order."""

    @abstractmethod
    def _keep_erasure(self, erasure: StoredErasure) -> None:
        """Keep a worklist, and the items that it lacks, in one transaction; what is kept already stays as it is."""

    @abstractmethod
    def _mark_items(self, artifact_id: str, items: Sequence[str], by: str, note: str, at: int) -> None:
        """Mark those of these items of a worklist that are not done yet, in one transaction."""

    # ---- the interface

    def _open_erasure(self, artifact_id: str, by: str, reason: str, limit: int) -> Erasure:
        def keep(own_id: str) -> Erasure:
            self._keep(own_id, by, reason)
            return self.erasure(own_id, limit=limit, exact=True)

        return self._for_reference(artifact_id, keep)

    def _keep(self, artifact_id: str, by: str, reason: str) -> list[StoredItem]:
        """Keep the worklist of an artifact, with whatever is left by now, and return the items that are left."""
        from catalog_graph.answers.erasure import left_of

        at = microseconds(now())
        left = left_of(self, artifact_id, at)
        self._keep_erasure(StoredErasure(artifact_id, at, by, reason, left))
        return left

    def _mark_erased(self, artifact_id: str, items: Sequence[str] | None, by: str, note: str, limit: int) -> Erasure:
        def mark(own_id: str) -> Erasure:
            if self.stored_erasure(own_id) is None:
                raise NotFound(f"no worklist is kept for artifact {own_id!r}: open one first", artifact_id=own_id)
            left = {item.item for item in self._keep(own_id, "", "")}
            kept = self.stored_erasure(own_id)
            known = [] if kept is None else [item.item for item in kept.items]
            chosen = [item for item in known if item not in left] if items is None else items
            unknown = [item for item in chosen if item not in set(known)]
            if unknown:
                raise NotFound(f"the worklist of {own_id!r} has no item {unknown[0]!r}; items are such as {known[0]!r}")
            self._mark_items(own_id, chosen, by, note, microseconds(now()))
            return self.erasure(own_id, limit=limit, exact=True)

        return self._for_reference(artifact_id, mark)

    def erasures(self) -> list[KeptErasure]:
        """Return the worklists that are kept, the newest first."""
        from catalog_graph.answers.erasure import KeptErasure

        stored = sorted(self.stored_erasures(), key=lambda each: (-each.opened_at, each.artifact_id))
        return [KeptErasure.of(each) for each in stored]
