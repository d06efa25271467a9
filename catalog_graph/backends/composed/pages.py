"""Pages of lists and searches with their extras, over the queries of a store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from catalog_graph import checks
from catalog_graph.backends import cursors
from catalog_graph.backends.composed.hints import StoreHints
from catalog_graph.backends.composed.named import NamedSelections
from catalog_graph.backends.finding import PageExtras
from catalog_graph.errors import InvalidQuery
from catalog_graph.facets import SAMPLE_SIZE, FacetKey, Facets
from catalog_graph.page import Page
from catalog_graph.query.selection import Selection

_FIRST, _REST = "first.", "rest."
"""Beginnings of a position among what the text names, and among what else matches it."""


class StorePages(StoreHints, ABC):
    """Totals, facets and corrected queries beside a page."""

    # ---- primitives

    @abstractmethod
    def _total(self, selection: Selection) -> int:
        """Return the number of registered artifacts that match."""

    @abstractmethod
    def _near(self, words: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return those of these words that no artifact contains, each with the existing words `spelling.nearest` to it.

        Each existing word has the number of artifacts that contain it, at most `spelling.MAX_COUNT`.
        """

    # ---- the interface

    def _page(self, selection: Selection, limit: int, cursor: str | None, extras: PageExtras) -> Page:
        s = selection
        filters = (s.artifact_type, s.source_pipeline, s.source_step, s.tag_tokens)
        binding, position = cursors.opened(cursor, "artifacts", *filters, s.order, texts=[s.text])
        page = self._page_at(replace(selection, moment=binding.moment or None), limit, position, extras)
        return replace(page, cursor=binding.bound(page.cursor))

    def _page_at(self, selection: Selection, limit: int, position: str | None, extras: PageExtras) -> Page:
        if position is not None and not position.startswith((_FIRST, _REST)):
            return self._page_of_query(selection, limit, position, extras)
        named = self.begin(lambda: self._named_selections(selection))
        if position is None:
            try:
                page = self._page_of_query(selection, limit, None, extras)
            except InvalidQuery:
                if named() is None:
                    raise
            else:
                if named() is None:
                    return page
        parts = named()
        if parts is None:  # what the text named is gone
            _, _, inner = (position or "").partition(_REST)
            return self._page_of_query(selection, limit, inner or None, extras)
        page = self._page_of_names(parts, limit, position or _FIRST)
        facets = self._tally_of(parts.both, extras.facets, extras.exact_facets) if extras.facets else None
        total = self._total_of(parts.both, page, position, facets) if extras.total else None
        return replace(page, total=total, facets=facets)

    def _page_of_query(self, selection: Selection, limit: int, cursor: str | None, extras: PageExtras) -> Page:
        tally = None
        if extras.facets:
            tally = self.begin(lambda: self._tally_of(selection, extras.facets, extras.exact_facets))
        page = self._find(selection, limit, cursor)
        facets = tally() if tally else None
        total = self._total_of(selection, page, cursor, facets) if extras.total else None
        correction = self._correction(selection, bool(page.items)) if extras.did_you_mean else None
        hints = self._hints(selection) if extras.did_you_mean and not page.items else []
        return replace(page, total=total, facets=facets, did_you_mean=correction, hints=hints)

    def _page_of_names(self, parts: NamedSelections, limit: int, position: str) -> Page:
        """Return a page of what the text names, followed by what else matches it as a query."""
        first = Page([])
        if position.startswith(_FIRST):
            first = self._find(parts.first, limit, position.removeprefix(_FIRST) or None)
            position = _REST
        if first.cursor is not None:
            return replace(first, cursor=_FIRST + first.cursor)
        if parts.rest is None:
            return first
        left = limit - len(first.items)
        rest = self._find(parts.rest, max(left, 1), position.removeprefix(_REST) or None)
        if left == 0:
            return replace(first, cursor=_REST if rest.items else None)
        return Page([*first.items, *rest.items], None if rest.cursor is None else _REST + rest.cursor)

    def _facets(self, selection: Selection, keys: tuple[FacetKey, ...], exact: bool) -> Facets:
        named = self._named_selections(selection)
        facets = self._tally_of(selection if named is None else named.both, keys, exact)
        return facets if facets.counted else replace(facets, hints=self._hints(selection))

    def _tally_of(self, selection: Selection, keys: tuple[FacetKey, ...], exact: bool) -> Facets:
        return self._tally(replace(selection, order="newest"), keys, None if exact else SAMPLE_SIZE).facets(keys)

    def _total_of(self, selection: Selection, page: Page, cursor: str | None, facets: Facets | None) -> int:
        if cursor is None and page.complete:
            return len(page.items)
        if facets is not None and facets.complete:
            return facets.counted
        return self._total(replace(selection, order="newest"))

    def _correction(self, selection: Selection, has_items: bool) -> str | None:
        """Return the query with existing words, if it then matches something."""
        if not selection.text.strip():
            return None
        from catalog_graph.query.spelling import corrected

        text = corrected(selection.text, has_items, self._near)
        if text is None or len(text) > checks.MAX_QUERY:
            return None
        return text if has_items or self._find(replace(selection, text=text), 1, None).items else None
