"""Completion in the shell: names of artifacts, and the aliases behind `name@`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import typer

from catalog_graph.errors import CatalogError

if TYPE_CHECKING:
    from catalog_graph.catalog.catalog import ArtifactCatalog

MAX_ARTIFACTS = 500
"""Newest artifacts whose names are offered."""


def completions(open_catalog: Callable[[], AbstractContextManager[ArtifactCatalog]], incomplete: str) -> list[str]:
    """Return the names that begin so, or behind a `@` the aliases of the name; nothing if the catalog fails."""
    try:
        with open_catalog() as catalog, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _aliases(catalog, incomplete) if "@" in incomplete else _names(catalog, incomplete)
    except (CatalogError, typer.BadParameter, OSError):
        return []


def _names(catalog: ArtifactCatalog, start: str) -> list[str]:
    from catalog_graph.query.selection import Selection
    from catalog_graph.query.writing import escaped_key

    query = f"name:{escaped_key(start)}*" if start else ""
    page = catalog.backend.find(Selection(query, order="newest"), limit=MAX_ARTIFACTS)
    return sorted({entry.name for entry in page.items if entry.name.startswith(start)})


def _aliases(catalog: ArtifactCatalog, start: str) -> list[str]:
    name = start.rpartition("@")[0]
    references = sorted(f"{alias.name}@{alias.alias}" for alias in catalog.backend.aliases(name=name))
    return [reference for reference in references if reference.startswith(start)]
