"""Response bodies of lists and searches."""

from __future__ import annotations

from pydantic import BaseModel, Field

from catalog_graph.facets import MAX_VALUES, SAMPLE_SIZE
from catalog_graph.server.models.artifacts import Entry


class Facet(BaseModel):
    """The number of artifacts with each value of a field or a tag."""

    values: dict[str, int] = Field(description=f"Largest count first, then by value; at most {MAX_VALUES} values.")
    other: int = Field(description="The sum of the counts of all other values.")
    distinct: int = Field(description="The number of distinct values.")


class Facets(BaseModel):
    """Counts of the matching artifacts, by field or tag."""

    counted: int = Field(description=f"The number of artifacts that were counted: all, or the newest {SAMPLE_SIZE:,}.")
    complete: bool = Field(description="True if all matching artifacts were counted.")
    by: dict[str, Facet]


class Page(BaseModel):
    """A page of a list or a search; unless it is complete, `cursor` leads to the next page."""

    items: list[Entry]
    complete: bool
    cursor: str | None
    total: int | None = Field(description="The number of artifacts on all pages; null unless `total` was requested.")
    facets: Facets | None = Field(description="Null unless `facets` were requested.")
    did_you_mean: str | None = Field(
        description="On the first page, if the query has words that no artifact contains: the query with existing "
        "words, provided that it matches something."
    )
    hints: list[str] = Field(
        [],
        description="On the first page, if nothing matches: how the query was read, and what may have been meant. "
        "Left out if there are none.",
    )
