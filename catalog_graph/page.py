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
    """Where the next page begins; `None` on the last."""
    total: int | None = None
    """How many there are on all pages, where that was asked for."""
    facets: Facets | None = None
    """How many have which type, tag and so on, where that was asked for."""
    did_you_mean: str | None = None
    """The query with words that exist, where it has words that nothing contains."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left after this page."""
        return self.cursor is None
