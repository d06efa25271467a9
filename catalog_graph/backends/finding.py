"""Lists, searches and look-ups, as every backend answers them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.facets import FacetKey, Facets, facet_keys
from catalog_graph.page import Page, pages
from catalog_graph.query.selection import Order, Selection


@dataclass(frozen=True, slots=True)
class PageExtras:
    """The parts of a page, besides its artifacts, that a request asks for."""

    total: bool = False
    facets: tuple[FacetKey, ...] = ()
    exact_facets: bool = False
    did_you_mean: bool = False


_ARTIFACTS_ALONE = PageExtras()


class FindingInterface(ABC):
    """Registered artifacts by query and filters, by id, and by content hash."""

    # ---- implemented by each backend

    @abstractmethod
    def _page(self, selection: Selection, limit: int, cursor: str | None, extras: PageExtras) -> Page:
        """Return one page of the registered artifacts that match, in the order that `query.Query` defines."""

    @abstractmethod
    def _facets(self, selection: Selection, keys: tuple[FacetKey, ...], exact: bool) -> Facets:
        """Return the counts of the registered artifacts that match, by these keys."""

    @abstractmethod
    def _get(self, artifact_ids: Sequence[str]) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered."""

    @abstractmethod
    def _last_known(self, artifact_ids: Sequence[str]) -> dict[str, CatalogEntry]:
        """Return the registered ones of these artifacts, and the deleted ones as they were before, by id.

        Of an artifact that was purged, the id and the state alone are known.
        """

    @abstractmethod
    def _find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        """Return the oldest registered artifact with this hash (by `created_at`, then id)."""

    # ---- the interface

    def find(
        self,
        selection: Selection,
        *,
        limit: int = 100,
        cursor: str | None = None,
        total: bool = False,
        facets: Iterable[str] = (),
        exact_facets: bool = False,
    ) -> Page:
        """Return one page of at most 10,000 artifacts that match.

        With `total`, the page has the number of all artifacts that match. With `facets`, of `type`, `pipeline`, `step`
        and keys of tags, it has counts by these keys: of the newest 2,000 artifacts, or with `exact_facets` of all,
        which takes longer. The first page of a query with words that no artifact contains has a query that matches
        something in `did_you_mean`. Raises `InvalidInput`.
        """
        checks.checked_query(selection.text)
        size = min(checks.checked_limit(limit), checks.MAX_PAGE)
        extras = PageExtras(total, facet_keys(facets), exact_facets, did_you_mean=cursor is None)
        return self._page(selection, size, cursor, extras)

    def list_artifacts(
        self,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        limit: int = 100,
        query: str = "",
    ) -> list[CatalogEntry]:
        """Return the newest registered artifacts that match every filter; empty filters are ignored."""
        return self._all(selected(query, artifact_type, source_pipeline, source_step, tags), limit)

    def search(self, query: str, limit: int = 50) -> list[CatalogEntry]:
        """Return the artifacts that match a text of the query language, best first. Raises `InvalidQuery`."""
        return self._all(Selection(text=query), limit)

    def iterate(
        self,
        query: str = "",
        *,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        page_size: int = 1000,
    ) -> Iterator[CatalogEntry]:
        """Yield every artifact that matches, newest first; pages are read while the iterator is used.

        Artifacts that are registered meanwhile are newer than what has been read: none is yielded twice, and none that
        is there all the time is left out. Raises `InvalidInput`, and `InvalidQuery` at the first step.
        """
        selection = selected(query, artifact_type, source_pipeline, source_step, tags, "newest")
        checks.checked_query(query)
        size = min(checks.checked_limit(page_size, "page_size"), checks.MAX_PAGE)
        return (entry for page in self._pages_of(selection, None, size) for entry in page.items)

    def facets(self, selection: Selection, keys: Iterable[str], *, exact: bool = False) -> Facets:
        """Return the facets of `find` alone."""
        checks.checked_query(selection.text)
        return self._facets(selection, facet_keys(keys), exact)

    def get(self, artifact_id: str) -> CatalogEntry | None:
        """Return the registered artifact of this id, else `None`."""
        return self._get([artifact_id])[0] if artifact_id else None

    def get_many(self, artifact_ids: Iterable[str], *, deleted: bool = False) -> list[CatalogEntry | None]:
        """Return the registered artifacts of these ids; `None` for each that is not registered.

        With `deleted`, also those that were deleted, as they were before, with the state `deleted`; of one that was
        purged, no more than its id.
        """
        ids = list(artifact_ids)
        if not deleted:
            return self._get(ids)
        known = self._last_known(ids)
        return [replace(known[i]) if i in known else None for i in ids]

    def find_by_content_hash(self, content_hash: str) -> CatalogEntry | None:
        """Return the oldest registered artifact with this content hash; an empty hash matches nothing."""
        return self._find_by_content_hash(content_hash) if content_hash else None

    def _all(self, selection: Selection, limit: int) -> list[CatalogEntry]:
        checks.checked_query(selection.text)
        size = checks.checked_limit(limit)
        return [entry for page in self._pages_of(selection, size, checks.MAX_PAGE) for entry in page.items]

    def _pages_of(self, selection: Selection, limit: int | None, page_size: int) -> Iterator[Page]:
        return pages(lambda size, cursor: self._page(selection, size, cursor, _ARTIFACTS_ALONE), limit, page_size)


def selected(
    query: str,
    artifact_type: str | None,
    source_pipeline: str | None,
    source_step: str | None,
    tags: Mapping[str, Any] | None,
    order: Order = "best",
) -> Selection:
    """Return the selection of a query and filters; empty filters are ignored."""
    return Selection(
        text=query,
        artifact_type=artifact_type or None,
        source_pipeline=source_pipeline or None,
        source_step=source_step or None,
        tags=dict(tags or {}),
        order=order,
    )
