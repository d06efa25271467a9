"""Methods of `ArtifactCatalog` for worklists of what must go with an artifact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.answers.erasure import Erasure, KeptErasure


class CatalogErasure:
    """Worklists for the erasure of an artifact and of everything that rests on it."""

    _backend: CatalogBackend

    def erasure(self, artifact_id: str, *, limit: int = 1000, exact: bool = False) -> Erasure:
        """Return what must go with an artifact: what derives from it, copies by content, aliases, approvals, seals.

        Items are those that are left in the catalog, and those of the worklist that `open_erasure` keeps. The first
        `limit` are listed, open ones first. Nothing is written. Raises `NotFound`.
        """
        return self._backend.erasure(artifact_id, limit=limit, exact=exact)

    def open_erasure(
        self, artifact_id: str, *, by: str = "", reason: str = "", limit: int = 1000, exact: bool = False
    ) -> Erasure:
        """Keep what must go with an artifact as a worklist, and return it as `erasure` does.

        A worklist that is kept already keeps its opening, and takes in what has come since. `by` says who asks,
        `reason` why. Raises `NotFound`.
        """
        return self._backend.open_erasure(artifact_id, by=by, reason=reason, limit=limit, exact=exact)

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
        return self._backend.mark_erased(artifact_id, items, by=by, note=note, limit=limit, exact=exact)

    def erasures(self) -> list[KeptErasure]:
        """Return the worklists that are kept, the newest first."""
        return self._backend.erasures()
