"""The bill of materials, as every backend writes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

from catalog_graph import checks
from catalog_graph.aliases import checked_alias
from catalog_graph.backends.references import exactly
from catalog_graph.errors import InvalidInput

SpecVersion = Literal["1.6", "1.7"]
"""Versions of CycloneDX that a bill of materials is written in."""


class BomInterface(ABC):
    """Bills of materials."""

    # ---- implemented by each backend

    @abstractmethod
    def _bom(self, artifact_id: str | None, alias: str, spec_version: SpecVersion, limit: int) -> dict[str, Any]:
        """Return the document of an artifact (an id or a reference), or of all artifacts that carry an alias."""

    # ---- the interface

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
        if (artifact_id is None) == (alias is None):
            raise InvalidInput("give either an artifact or alias, a name such as champion", field="alias")
        return self._bom(
            None if artifact_id is None else exactly(checks.checked_id(artifact_id), exact),
            "" if alias is None else checked_alias(alias),
            checked_spec_version(spec_version),
            min(checks.checked_limit(limit), checks.MAX_NODES),
        )


def checked_spec_version(value: str) -> SpecVersion:
    """Return `value`. Raises `InvalidInput` unless it is `1.6` or `1.7`."""
    if value == "1.6":
        return "1.6"
    if value == "1.7":
        return "1.7"
    raise InvalidInput(f"spec_version {value!r} is not known; use 1.6 or 1.7", field="spec_version")
