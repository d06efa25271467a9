"""Methods of `ArtifactCatalog` for the change record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.change import Change, ChangePage
from catalog_graph.instants import Instant


class CatalogChanges:
    """The record of every change: what, when, by which key and request."""

    _backend: CatalogBackend

    def audit(
        self,
        artifact_id: str | None = None,
        *,
        kinds: Iterable[str] = (),
        by: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        after: int | None = None,
        limit: int = 100,
        exact: bool = False,
    ) -> list[Change]:
        """Return recorded changes: the newest first or, with `after`, those behind that number in order.

        `artifact_id` (an id or a reference) selects the history of one artifact, `kinds` some kinds, such as
        `["deleted", "promoted"]`, `by` the name of an API key; `since` is inclusive, `until` is not. Raises
        `ChangesDropped` if changes after that number are no longer recorded, `NotFound`, `InvalidInput`. `audit_page`
        tells what the record holds.
        """
        return self._backend.audit(
            artifact_id, kinds=kinds, by=by, since=since, until=until, after=after, limit=limit, exact=exact
        )

    def audit_page(
        self,
        artifact_id: str | None = None,
        *,
        kinds: Iterable[str] = (),
        by: str | None = None,
        since: Instant | None = None,
        until: Instant | None = None,
        after: int | None = None,
        limit: int = 100,
        cursor: str | None = None,
        exact: bool = False,
    ) -> ChangePage:
        """Return one page of at most 10,000 changes, and since when the record has every change; see `audit`."""
        return self._backend.audit_page(
            artifact_id,
            kinds=kinds,
            by=by,
            since=since,
            until=until,
            after=after,
            limit=limit,
            cursor=cursor,
            exact=exact,
        )

    def changes(self, after: int = 0) -> Iterator[Change]:
        """Yield every change behind a number, each once, in order, until there are no more.

        To follow a catalog, call this again with the number of the last change. Raises `ChangesDropped`.
        """
        return self._backend.changes(after)
