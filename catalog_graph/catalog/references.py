"""What people ask of an `ArtifactCatalog` about names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions


class Names:
    """References, which stand wherever an id may be written, and the history of a name."""

    _backend: CatalogBackend

    def resolve(self, reference: str) -> str:
        """The id that a reference stands for: an id itself, `name`, `name:v3`, `name:latest` or `name@alias`.

        A name alone, and `latest`, is its newest artifact, by `created_at`, then by id. An exact id wins over a name.
        Raises `NotFound`, which says what was tried.
        """
        return self._backend.resolve(reference)

    def versions(self, name: str, *, limit: int = 100, cursor: str | None = None) -> Versions:
        """The artifacts of exactly that name, newest first, each with what changed since the one before.

        `cursor` is that of the page before. Raises `NotFound` where nothing of that name is registered.
        """
        return self._backend.versions(name, limit=limit, cursor=cursor)
