"""The bill of materials, written over the queries of a store."""

from __future__ import annotations

from abc import ABC
from typing import Any

from catalog_graph import checks
from catalog_graph.backends.bom import BomInterface, SpecVersion
from catalog_graph.backends.composed.answers import StoreAnswers
from catalog_graph.cards import card_of
from catalog_graph.errors import NotFound
from catalog_graph.lineage import Traversal


class StoreBom(StoreAnswers, BomInterface, ABC):
    """Bills of materials of what a store holds."""

    def _bom(self, artifact_id: str | None, alias: str, spec_version: SpecVersion, limit: int) -> dict[str, Any]:
        from catalog_graph.answers.bom import bom

        if artifact_id is None:
            holders = self.alias_page(alias=alias, limit=checks.MAX_PAGE).items
            entries = self.get_many([holder.artifact_id for holder in holders])
            cards = {entry.artifact_id: card_of(entry) for entry in entries if entry is not None}
            if not cards:
                raise NotFound(f"no artifact carries the alias {alias!r}")
            return bom(self, cards, spec_version, limit, alias)

        def write(own_id: str) -> dict[str, Any]:
            root = self.traverse(own_id, Traversal("upstream", depth=0), 1).root
            return bom(self, {root.artifact_id: root}, spec_version, limit, "")

        return self._for_reference(artifact_id, write)
