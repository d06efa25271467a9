"""Methods of `ArtifactCatalog` for references and the history of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog_graph.backends.base import CatalogBackend

if TYPE_CHECKING:
    from catalog_graph.answers.versions import Versions


class CatalogReferences:
    """References, which are accepted in place of an id, and the history of a name."""

    _backend: CatalogBackend

    def resolve(self, reference: str, *, exact: bool = False) -> str:
        """Return the id that a reference stands for: an id, `name`, `name:v3`, `name:latest` or `name@alias`.

        A name alone, and `latest`, stands for its highest whole number or its last artifact. The exact id
        of an artifact that is or was registered takes precedence over a name, and a name over the id of a parent that
        was never registered. With `exact`, the text is an id and nothing else.

        Raises `NotFound`, which lists what was tried.
        """
        return self._backend.resolve(reference, exact=exact)

    def versions(self, name: str, *, limit: int = 100, cursor: str | None = None) -> Versions:
        """Return one page of the artifacts of exactly this name, newest first, each with its changes to the one before.

        `cursor` is that of the page before. Raises `NotFound` if no artifact of this name is registered.
        """
        return self._backend.versions(name, limit=limit, cursor=cursor)
