"""Lists and searches as every backend answers them: pages, what is told beside them, and everything in turn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from catalog_graph import checks
from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.concurrency import AtOnce
from catalog_graph.facets import SAMPLE_SIZE, FacetKey, Facets, Tally, facet_keys
from catalog_graph.page import Page
from catalog_graph.query.selection import Order, Selection


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page tells beside its artifacts, where it is asked for."""

    total: bool = False
    facets: tuple[FacetKey, ...] = ()
    exact_facets: bool = False
    did_you_mean: bool = False


class Finding(AtOnce, ABC):
    """Registered artifacts, by what a text of the query language asks for and by filters."""

    # ---- what a backend is made of

    @abstractmethod
    def _find(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        """A page of what is registered and selected, in the order that `query.Query` defines."""

    def _total(self, selection: Selection) -> int:
        """How many are registered and selected.

        This one, `_tally` and `_near` are for backends that work answers out; a client asks its service for whole ones.
        """
        raise NotImplementedError

    def _tally(self, selection: Selection, keys: Sequence[FacetKey], most: int | None) -> Tally:
        """What is selected, or the newest `most` of it, counted by these keys."""
        raise NotImplementedError

    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        """Of these words those that stand in no artifact, each with the existing words `spelling.nearest` to it.

        With each of them how many artifacts have it, counted no further than `spelling.SAMPLE_SIZE`.
        """
        raise NotImplementedError

    def _page(self, selection: Selection, limit: int, cursor: str | None, beside: Beside) -> Page:
        """A page, and what is told beside it."""
        counted = self._begun(lambda: self._facets(selection, beside)) if beside.facets else None
        page = self._find(selection, limit, cursor)
        facets = counted() if counted else None
        total = self._total_beside(selection, page, cursor, facets) if beside.total else None
        meant = self._meant(selection, bool(page.items)) if beside.did_you_mean else None
        return replace(page, total=total, facets=facets, did_you_mean=meant)

    def _facets(self, selection: Selection, beside: Beside) -> Facets:
        """The facets alone."""
        most = None if beside.exact_facets else SAMPLE_SIZE
        return self._tally(replace(selection, order="newest"), beside.facets, most).facets(beside.facets)

    # ---- looking up

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
        """One page of at most 10,000 selected artifacts, and beside it what is asked for.

        `total` counts all that are selected. `facets` are `type`, `pipeline`, `step` and keys of tags, by which they
        are counted: the newest 2,000 of them, or with `exact_facets` all, which takes longer. The first page of a text
        with words that nothing contains says in `did_you_mean` what finds something. Raises `InvalidInput`.
        """
        checks.checked_query(selection.text)
        size = min(checks.checked_limit(limit), checks.MAX_PAGE)
        beside = Beside(total, facet_keys(facets), exact_facets, did_you_mean=cursor is None)
        return self._page(selection, size, cursor, beside)

    def list_artifacts(
        self,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        limit: int = 100,
        query: str = "",
    ) -> list[CatalogEntry]:
        """The newest registered artifacts that match every filter; empty filters do not count."""
        return self._all(selected(query, artifact_type, source_pipeline, source_step, tags), limit)

    def search(self, query: str, limit: int = 50) -> list[CatalogEntry]:
        """What matches a text of the query language, best first; raises `InvalidQuery`."""
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
        """Everything that matches, newest first, read page by page while it is used, however much it is.

        What others register meanwhile is newer than what has been read, so that nothing comes twice and nothing
        that is there all the time is left out. Raises `InvalidQuery`, at the first step, and `InvalidInput`.
        """
        selection = selected(query, artifact_type, source_pipeline, source_step, tags, "newest")
        checks.checked_query(query)
        return self._in_turn(selection, min(checks.checked_limit(page_size, "page_size"), checks.MAX_PAGE))

    def facets(self, selection: Selection, keys: Iterable[str], *, exact: bool = False) -> Facets:
        """What `find` tells as `facets`, alone."""
        checks.checked_query(selection.text)
        return self._facets(selection, Beside(facets=facet_keys(keys), exact_facets=exact))

    # ---- how it is put together

    def _all(self, selection: Selection, limit: int) -> list[CatalogEntry]:
        checks.checked_query(selection.text)
        wanted = checks.checked_limit(limit)
        page = self._find(selection, min(wanted, checks.MAX_PAGE), None)
        items = page.items
        while page.cursor and len(items) < wanted:
            page = self._find(selection, min(wanted - len(items), checks.MAX_PAGE), page.cursor)
            items += page.items
        return items

    def _in_turn(self, selection: Selection, page_size: int) -> Iterator[CatalogEntry]:
        cursor: str | None = None
        while True:
            page = self._find(selection, page_size, cursor)
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return

    def _total_beside(self, selection: Selection, page: Page, cursor: str | None, facets: Facets | None) -> int:
        if cursor is None and page.complete:
            return len(page.items)
        if facets is not None and facets.complete:
            return facets.counted
        return self._total(replace(selection, order="newest"))

    def _meant(self, selection: Selection, found_some: bool) -> str | None:
        """The text with words that exist, where it then finds something."""
        if not selection.text.strip():
            return None
        from catalog_graph.query.spelling import corrected

        text = corrected(selection.text, found_some, self._near)
        if text is None or len(text) > checks.MAX_QUERY:
            return None
        return text if found_some or self._find(replace(selection, text=text), 1, None).items else None


def selected(
    query: str,
    artifact_type: str | None,
    source_pipeline: str | None,
    source_step: str | None,
    tags: Mapping[str, Any] | None,
    order: Order = "best",
) -> Selection:
    """A selection by filters, of which empty ones do not count."""
    return Selection(
        text=query,
        artifact_type=artifact_type or None,
        source_pipeline=source_pipeline or None,
        source_step=source_step or None,
        tags=dict(tags or {}),
        order=order,
    )
