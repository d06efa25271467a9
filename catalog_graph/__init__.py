"""A lineage catalog for machine learning: where an artifact came from, and what was made from it.

from catalog_graph import ArtifactCatalog

catalog = ArtifactCatalog()
raw = catalog.register("raw_transactions", "Dataset", data=frame)
model = catalog.register("fraud_detector", "Model", parent_ids=[raw])
print(catalog.upstream(model).tree())
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from catalog_graph.version import __version__ as __version__

if TYPE_CHECKING:
    from catalog_graph.aliases import ANYTHING, Alias, AliasMove
    from catalog_graph.artifact import CatalogEntry, Neighbours, OnDuplicate, Registration, State
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.catalog.catalog import ArtifactCatalog
    from catalog_graph.errors import (
        AliasConflict,
        AliasHeld,
        CatalogError,
        CatalogWarning,
        ConfigurationError,
        Conflict,
        CycleRefused,
        DuplicateContent,
        DuplicateContentWarning,
        Forbidden,
        IdempotencyKeyReused,
        InvalidInput,
        InvalidPolicy,
        InvalidQuery,
        LimitExceeded,
        NotFound,
        NotHashedWarning,
        StoreUnavailable,
        TimeLimitReached,
        Unauthorized,
    )
    from catalog_graph.facets import Facet, Facets
    from catalog_graph.hashing import content_hash
    from catalog_graph.lineage import Card, Direction, Lineage
    from catalog_graph.page import Page
    from catalog_graph.promotion.report import PromotionReport

__all__ = [
    "ANYTHING",
    "Alias",
    "AliasConflict",
    "AliasHeld",
    "AliasMove",
    "ArtifactCatalog",
    "Card",
    "CatalogBackend",
    "CatalogEntry",
    "CatalogError",
    "CatalogWarning",
    "ConfigurationError",
    "Conflict",
    "CycleRefused",
    "Direction",
    "DuplicateContent",
    "DuplicateContentWarning",
    "Facet",
    "Facets",
    "Forbidden",
    "IdempotencyKeyReused",
    "InvalidInput",
    "InvalidPolicy",
    "InvalidQuery",
    "LimitExceeded",
    "Lineage",
    "LocalCatalogBackend",
    "Neighbours",
    "Neo4jCatalogBackend",
    "NotFound",
    "NotHashedWarning",
    "OnDuplicate",
    "Page",
    "PromotionReport",
    "Registration",
    "RemoteCatalogBackend",
    "State",
    "StoreUnavailable",
    "TimeLimitReached",
    "Unauthorized",
    "content_hash",
]

_HOMES = {
    "aliases": ("ANYTHING", "Alias", "AliasMove"),
    "artifact": ("CatalogEntry", "Neighbours", "OnDuplicate", "Registration", "State"),
    "backends": ("CatalogBackend", "LocalCatalogBackend", "Neo4jCatalogBackend", "RemoteCatalogBackend"),
    "catalog": ("ArtifactCatalog",),
    "facets": ("Facet", "Facets"),
    "hashing": ("content_hash",),
    "lineage": ("Card", "Direction", "Lineage"),
    "page": ("Page",),
    "promotion.report": ("PromotionReport",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for: a script pays for what it uses."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
