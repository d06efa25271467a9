"""Finding artifacts, beyond lists and searches: pages that can be counted, facets, everything in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.finding import selected
from catalog_graph.facets import Facets
from catalog_graph.page import Page


class Finding:
    """What a text of the query language finds; filters must be equal, and empty ones do not count."""

    _backend: CatalogBackend

    def find(
        self,
        query: str = "",
        *,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        limit: int = 100,
        cursor: str | None = None,
        total: bool = False,
        facets: Iterable[str] = (),
        exact_facets: bool = False,
    ) -> Page:
        """One page of what matches, best first: `items`, and the `cursor` of the next page.

        With `total`, the page tells how many there are; with `facets`, as in `["type", "team"]`, how many have which
        type and which value of the tag `team`, as `facets` counts them. Where the first page of a query has words that
        nothing contains, its `did_you_mean` is the query with words that exist. Raises `InvalidQuery`.
        """
        selection = selected(query, artifact_type, source_pipeline, source_step, tags)
        return self._backend.find(
            selection, limit=limit, cursor=cursor, total=total, facets=facets, exact_facets=exact_facets
        )

    def facets(
        self,
        query: str,
        keys: Iterable[str],
        *,
        artifact_type: str | None = None,
        source_pipeline: str | None = None,
        source_step: str | None = None,
        tags: Mapping[str, Any] | None = None,
        exact: bool = False,
    ) -> Facets:
        """How many of what matches have each value of these keys: `facets["team"].values["fraud"]`.

        Keys are `type`, `pipeline`, `step`, or those of tags (`tag.KEY` where a field has the same name). Where more
        than 2,000 match, the newest 2,000 are counted and `complete` is false, unless the count is to be `exact`.
        """
        selection = selected(query, artifact_type, source_pipeline, source_step, tags)
        return self._backend.facets(selection, keys, exact=exact)

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
        """Everything that matches, newest first, in little memory: `for model in catalog.iterate("type:Model")`.

        Nothing comes twice, and nothing that is there all the time is left out, while others write.
        """
        return self._backend.iterate(
            query,
            artifact_type=artifact_type,
            source_pipeline=source_pipeline,
            source_step=source_step,
            tags=tags,
            page_size=page_size,
        )
