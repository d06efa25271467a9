"""One page of a list or a search."""

from __future__ import annotations

from dataclasses import dataclass

from catalog_graph.artifact import CatalogEntry
from catalog_graph.facets import Facets


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list or a search."""

    items: list[CatalogEntry]
    cursor: str | None = None
    """Start of the next page; `None` on the last page."""
    total: int | None = None
    """Number of entries on all pages; `None` unless the request asked for it."""
    facets: Facets | None = None
    """Counts of the entries by type, tag and so on; `None` unless the request asked for them."""
    did_you_mean: str | None = None
    """The query with existing words in place of those that no artifact contains; `None` if it has no such words."""

    @property
    def complete(self) -> bool:
        """True on the last page."""
        return self.cursor is None
