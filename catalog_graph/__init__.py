"""A lineage catalog for machine learning: the artifacts that an artifact was made from, and those made from it.

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
    from catalog_graph.artifact import CatalogEntry, Entries, Neighbours, OnDuplicate, Registration, State
    from catalog_graph.backends.base import CatalogBackend
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend
    from catalog_graph.catalog.catalog import ArtifactCatalog
    from catalog_graph.catalog.step import Step
    from catalog_graph.changes.change import Change, ChangePage
    from catalog_graph.changes.event import Event
    from catalog_graph.errors import (
        AliasConflict,
        AliasHeld,
        CatalogError,
        CatalogWarning,
        ChangesDropped,
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
        NotInstalled,
        Overloaded,
        RateLimited,
        ReferenceWarning,
        RegistrationWarning,
        StoreDamaged,
        StoreFull,
        StoreLags,
        StoreUnavailable,
        TimeLimitReached,
        Unauthorized,
    )
    from catalog_graph.facets import Facet, Facets
    from catalog_graph.hashing import content_hash
    from catalog_graph.lineage import Card, Direction, Lineage
    from catalog_graph.page import Page
    from catalog_graph.promotion.report import PromotionReport
    from catalog_graph.seals.card import SealCard
    from catalog_graph.seals.verification import Verification, verify_seal

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
    "Change",
    "ChangePage",
    "ChangesDropped",
    "ConfigurationError",
    "Conflict",
    "CycleRefused",
    "Direction",
    "DuplicateContent",
    "DuplicateContentWarning",
    "Entries",
    "Event",
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
    "NotInstalled",
    "OnDuplicate",
    "Overloaded",
    "Page",
    "PromotionReport",
    "RateLimited",
    "ReferenceWarning",
    "Registration",
    "RegistrationWarning",
    "RemoteCatalogBackend",
    "SealCard",
    "State",
    "Step",
    "StoreDamaged",
    "StoreFull",
    "StoreLags",
    "StoreUnavailable",
    "TimeLimitReached",
    "Unauthorized",
    "Verification",
    "content_hash",
    "verify_seal",
]

_NAMES_BY_MODULE = {
    "aliases": ("ANYTHING", "Alias", "AliasMove"),
    "artifact": ("CatalogEntry", "Entries", "Neighbours", "OnDuplicate", "Registration", "State"),
    "backends": ("CatalogBackend", "LocalCatalogBackend", "Neo4jCatalogBackend", "RemoteCatalogBackend"),
    "catalog": ("ArtifactCatalog",),
    "catalog.step": ("Step",),
    "changes.change": ("Change", "ChangePage"),
    "changes.event": ("Event",),
    "facets": ("Facet", "Facets"),
    "hashing": ("content_hash",),
    "lineage": ("Card", "Direction", "Lineage"),
    "page": ("Page",),
    "promotion.report": ("PromotionReport",),
    "seals.card": ("SealCard",),
    "seals.verification": ("Verification", "verify_seal"),
}
_MODULE_BY_NAME = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}
"""The module of each public name; those of `errors` are left out."""


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that `import catalog_graph` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_BY_NAME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
