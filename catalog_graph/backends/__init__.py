"""The backends of a catalog: one interface, three implementations that behave alike."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.backends.local import LocalCatalogBackend
    from catalog_graph.backends.neo4j import Neo4jCatalogBackend
    from catalog_graph.backends.remote.backend import RemoteCatalogBackend

__all__ = ["CatalogBackend", "LocalCatalogBackend", "Neo4jCatalogBackend", "RemoteCatalogBackend"]

_HOME = {"LocalCatalogBackend": "local", "Neo4jCatalogBackend": "neo4j", "RemoteCatalogBackend": "remote"}


def __getattr__(name: str) -> Any:
    """Import a backend at its first use, so that none loads the driver of another."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
