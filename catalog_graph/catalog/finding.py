"""Methods of `ArtifactCatalog` for lists, searches, facets and iteration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.finding import selected
from catalog_graph.facets import Facets
from catalog_graph.page import Page


class CatalogFinding:
    """Artifacts that match a query and filters; the value of a filter must be equal, empty filters are ignored."""

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
        """Return one page of the artifacts that match, best first: `items`, and the `cursor` of the next page.

        With `total`, the page has the number of all matches; with `facets`, for example `["type", "team"]`, it has the
        counts of the method `facets`. If the query has words that no artifact contains, `did_you_mean` of the first
        page is the query with existing words. Raises `InvalidQuery`.
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
        """Count the artifacts that match by the values of these keys: `facets["team"].values["fraud"]`.

        Keys are `type`, `pipeline`, `step`, or those of tags (`tag.KEY` if a field has the same name). If more than
        2,000 match, the newest 2,000 are counted and `complete` is false, unless `exact` is true.
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
        """Yield every artifact that matches, newest first, in little memory: `catalog.iterate("type:Model")`.

        While others write, none is yielded twice, and none that is there all the time is left out.
        """
        return self._backend.iterate(
            query,
            artifact_type=artifact_type,
            source_pipeline=source_pipeline,
            source_step=source_step,
            tags=tags,
            page_size=page_size,
        )
