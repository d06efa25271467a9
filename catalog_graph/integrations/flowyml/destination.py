"""Where records go: the catalog that FlowyML's own client would use at this moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_graph.backends.base import CatalogBackend
from catalog_graph.backends.default import adopted, chosen_service
from catalog_graph.catalog.catalog import DEFAULT_DB_PATH
from catalog_graph.integrations.flowyml.spool import FOLDER

TIMEOUT = 30.0
"""Seconds that an answer of the service may take; nobody waits for it but the thread that sends."""


@dataclass(frozen=True)
class Destination:
    """A catalog by its address, and the folder in which records wait for it."""

    address: str
    """An endpoint, or the absolute path of a local file; the key of a service is never written down."""
    folder: Path
    api_key: str | None = field(default=None, repr=False, compare=False)
    given: CatalogBackend | None = field(default=None, repr=False, compare=False)
    """A backend that the caller opened, and closes."""

    def open(self) -> CatalogBackend:
        """The catalog's backend."""
        if self.given:
            return self.given
        if "://" in self.address:
            from catalog_graph.backends.remote.backend import RemoteCatalogBackend

            return RemoteCatalogBackend(self.address, self.api_key, TIMEOUT)
        from catalog_graph.backends.local import LocalCatalogBackend

        return LocalCatalogBackend(self.address)


def current() -> Destination:
    """The service of the active stack or of the environment, else `.flowyml/catalog.db` in the working folder."""
    endpoint, api_key = chosen_service()
    return Destination(endpoint or str(Path(DEFAULT_DB_PATH).absolute()), Path(FOLDER).absolute(), api_key)


def of_backend(backend: CatalogBackend | Any) -> Destination:
    """A backend that the caller chose."""
    ours = adopted(backend)
    file = getattr(ours, "db_path", None)
    address = getattr(ours, "endpoint", None) or (file.absolute() if file else repr(ours))
    return Destination(str(address), Path(FOLDER).absolute(), given=ours)
