"""Methods of `ArtifactCatalog` for the change record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.changes.change import Change, ChangePage
from catalog_graph.instants import Instant

if TYPE_CHECKING:
    from catalog_graph.changes.event import Event


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

    def events(self, after: int | str = 0, *, query: str = "", kinds: Iterable[str] = ()) -> Iterator[Event]:
        """Yield every change behind a place with its artifact, in order, until there are no more.

        `after` is the number of a transaction or the id of an event. `query`, as for `search`, selects changes of
        artifacts that match it when the change is read (a deleted one as it was before), `kinds` some kinds, such as
        `["promoted"]`. Changes that are no longer recorded are an event of the kind `missing`. Raises `InvalidInput`,
        `InvalidQuery`.
        """
        return self._backend.events(after, query=query, kinds=kinds)

    def watch(self, query: str = "", *, kinds: Iterable[str] = (), after: int | str | None = None) -> Iterator[Event]:
        """Yield changes as they happen, for ever; with `after`, first those behind that place. See `events`."""
        return self._backend.watch(query, kinds=kinds, after=after)
