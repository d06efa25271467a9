"""Worklists of what must go with an artifact, as every backend keeps them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from catalog_graph import checks
from catalog_graph.aliases import checked_by
from catalog_graph.backends.references import exactly

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure, KeptErasure

MAX_REASON = 1024
"""Maximum number of characters of a reason, and of a note."""


class ErasureInterface(ABC):
    """Worklists of what must go: opened, worked off, and kept."""

    # ---- implemented by each backend

    @abstractmethod
    def _open_erasure(self, artifact_id: str, by: str, reason: str, limit: int) -> Erasure:
        """Keep the worklist of an artifact (an id or a reference), and return it."""

    @abstractmethod
    def _mark_erased(self, artifact_id: str, items: Sequence[str] | None, by: str, note: str, limit: int) -> Erasure:
        """Mark items of a worklist as done, or all that the catalog no longer has, and return it."""

    @abstractmethod
    def erasures(self) -> list[KeptErasure]:
        """Return the worklists that are kept, the newest first."""

    # ---- the interface

    def open_erasure(
        self, artifact_id: str, *, by: str = "", reason: str = "", limit: int = 1000, exact: bool = False
    ) -> Erasure:
        """Keep what must go with an artifact as a worklist, and return it as `erasure` does.

        A worklist that is kept already keeps its opening, and takes in what has come since. `by` says who asks,
        `reason` why. Raises `NotFound`.
        """
        return self._open_erasure(
            exactly(checks.checked_id(artifact_id), exact),
            checked_by(by),
            checks.checked_text(reason, "reason", MAX_REASON),
            min(checks.checked_limit(limit), checks.MAX_NODES),
        )

    def mark_erased(
        self,
        artifact_id: str,
        items: Iterable[str] | None = None,
        *,
        by: str = "",
        note: str = "",
        limit: int = 1000,
        exact: bool = False,
    ) -> Erasure:
        """Say that items of a kept worklist are done, and return it; without `items`, all that are not left.

        An item such as `artifact:ID` is done if its data is gone everywhere; it stays open as long as the catalog has
        it, and the first mark of an item counts. `by` says who did it. Raises `NotFound` if no worklist is kept, or if
        it has no such item.
        """
        return self._mark_erased(
            exactly(checks.checked_id(artifact_id), exact),
            None if items is None else checks.checked_texts(items, "items"),
            checked_by(by),
            checks.checked_text(note, "note", MAX_REASON),
            min(checks.checked_limit(limit), checks.MAX_NODES),
        )
