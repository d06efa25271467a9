"""Registering entries with the warnings that the caller of `ArtifactCatalog` sees."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from catalog_graph.artifact import CatalogEntry, OnDuplicate, Registration
from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.parents import references_of, with_parents
from catalog_graph.catalog.bulk import pass_on_warnings
from catalog_graph.errors import DuplicateContentWarning


def register_entry(
    backend: CatalogBackend,
    entry: CatalogEntry,
    parents: Iterable[str | CatalogEntry] | None,
    on_duplicate: OnDuplicate,
    idempotency_key: str,
) -> Registration:
    """Register an entry whose `parents` are references or entries; warn the caller of the method that calls this."""
    [entry] = with_parents(backend, [entry], [references_of(parents)])
    registration = backend.register_one(entry, on_duplicate=on_duplicate, idempotency_key=idempotency_key)
    if on_duplicate == "warn":
        warn_of_duplicates([entry], [registration], stacklevel=4)
    pass_on_warnings(registration.warnings, stacklevel=4)
    return registration


def warn_of_duplicates(entries: Iterable[CatalogEntry], registrations: Sequence[Registration], stacklevel: int) -> None:
    """Warn of entries whose content is registered already under other ids."""
    copies = [
        f"{entry.name!r} (registered as {answer.artifact_id!r}) has the same content as {answer.duplicate_of!r}"
        for entry, answer in zip(entries, registrations, strict=True)
        if answer.duplicate_of
    ]
    if copies:
        more = f"; and {len(copies) - 5:,} more" if len(copies) > 5 else ""
        advice = "on_duplicate='reuse' would return the id that is there"
        warnings.warn(f"{'; '.join(copies[:5])}{more}; {advice}", DuplicateContentWarning, stacklevel=stacklevel)
