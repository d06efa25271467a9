"""Pages of lists, searches and traversals, and the one loop that reads them until there is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from catalog_graph.artifact import CatalogEntry, entries_section
from catalog_graph.facets import Facets, facet_sections
from catalog_graph.forms import Forms, Section


@dataclass(frozen=True, slots=True)
class Page(Forms):
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
    hints: list[str] = field(default_factory=list)
    """If nothing matches: how the query was read, and what may have been meant, from what the catalog has."""

    @property
    def complete(self) -> bool:
        """True on the last page."""
        return self.cursor is None

    def _headline(self) -> str:
        """Return the number of artifacts, of all pages if it is known."""
        count = len(self.items) if self.total is None else self.total
        part = "" if self.complete and count == len(self.items) else ", a part of them here"
        return ("1 artifact" if count == 1 else f"{count:,} artifacts") + (part if self.total is not None else "")

    def _sections(self) -> list[Section]:
        """Return a row for each artifact, and the counts of each facet."""
        notes = [*self.hints, *([f"did you mean {self.did_you_mean}"] if self.did_you_mean else [])]
        notes += [] if self.complete else ["… more artifacts follow"]
        facets = [] if self.facets is None else facet_sections(self.facets)
        title = "artifacts" if facets else ""
        return [entries_section(self.items, title, notes), *facets]


class AnyPage(Protocol):
    """A page of anything."""

    @property
    def cursor(self) -> str | None:
        """Start of the next page; `None` on the last page."""


P = TypeVar("P", bound=AnyPage)


def _items(page: Any) -> int:
    return len(page.items)


def pages(
    read: Callable[[int, str | None], P], limit: int | None, page_size: int, size: Callable[[P], int] = _items
) -> Iterator[P]:
    """Yield pages until they have `limit` items together, or all pages if it is `None`.

    `read` is called with the maximum items of a page, at most `page_size`, and its cursor; `size` counts the items.
    """
    missing = limit
    cursor: str | None = None
    while True:
        page = read(page_size if missing is None else min(missing, page_size), cursor)
        cursor = page.cursor
        if missing is not None:
            missing -= size(page)
        yield page
        if not cursor or (missing is not None and missing <= 0):
            return
