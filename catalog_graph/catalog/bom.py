"""The method of `ArtifactCatalog` for bills of materials."""

from __future__ import annotations

from typing import Any

from catalog_graph.backends.base import CatalogBackend


class CatalogBom:
    """Bills of materials in the format of CycloneDX."""

    _backend: CatalogBackend

    def bom(
        self,
        artifact_id: str | None = None,
        *,
        alias: str | None = None,
        spec_version: str = "1.6",
        limit: int = 10_000,
        exact: bool = False,
    ) -> dict[str, Any]:
        """Return a bill of materials as a CycloneDX document: the artifact, and everything that it was made from.

        Without `artifact_id`, it is that of all artifacts that carry `alias`, under any name. `spec_version` is `1.6`
        or `1.7`. The document has the nearest `limit` artifacts; `compositions` says whose parents are all in it, and
        the property `catalog-graph:complete` whether it is whole. Raises `NotFound`, `InvalidInput`.
        """
        return self._backend.bom(artifact_id, alias=alias, spec_version=spec_version, limit=limit, exact=exact)
